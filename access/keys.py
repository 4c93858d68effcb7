"""Making and revoking API keys."""

from __future__ import annotations

import secrets
from typing import Any, NamedTuple

from django.utils import timezone

from access import memory
from access.models import ApiKey, digest_of

PREFIX = "pk_"
SHOWN = len(PREFIX) + 6
"""How many characters of a key may be shown, to tell it from others."""


class NewKey(NamedTuple):
    key: ApiKey
    secret: str
    """What the consumer sends. It can't be had again."""


def make(key: ApiKey) -> str:
    """Give a key that is not saved yet its secret, which is returned, and save it."""
    secret = f"{PREFIX}{secrets.token_urlsafe(32)}"
    key.prefix, key.digest = secret[:SHOWN], digest_of(secret)
    key.save(force_insert=True)
    return secret


def create(*, name: str, user: Any = None, per_minute: int | None = None) -> NewKey:
    """Make a key. Raises ValidationError."""
    key = ApiKey(name=name, user=user, per_minute=per_minute)
    key.clean_fields(exclude={"prefix", "digest"})
    return NewKey(key, make(key))


def revoke(key: ApiKey) -> bool:
    """From now on nothing is written with it, and nothing read in this process; in others nothing after
    `memory.SECONDS`. Returns False if it was revoked before."""
    now = timezone.now()
    revoked = ApiKey.objects.filter(pk=key.pk, revoked_at__isnull=True).update(revoked_at=now)
    memory.forget(key.digest)
    key.refresh_from_db(fields=["revoked_at"])
    return bool(revoked)
