"""What a process remembers of keys, so that a fresh hit with a key costs no query.

A key is read again after ten seconds, and as soon as its use has to be written down again: once a minute. So a
revoked key may go on reading for ten seconds. What writes asks for the key as it is now.
"""

from __future__ import annotations

import logging
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock

from django.db import DatabaseError, InterfaceError, OperationalError
from django.db.models import Q

from access.models import ApiKey, digest_of

logger = logging.getLogger(__name__)

SECONDS = 10
"""For how long a key is believed to be as it was."""
MINUTE = timedelta(minutes=1)
WITHOUT_DATABASE = timedelta(minutes=10)
"""For how long beyond that while the database does not answer: hits are served without it."""
MOST = 2000
"""How many keys a process remembers; the one not used for longest goes first."""


class Refused(Exception):
    """There is no such key, or it counts no longer. The message may be shown to whoever sent it."""


@dataclass(slots=True)
class _Known:
    key: ApiKey
    until: datetime
    given_up: datetime


_known: OrderedDict[str, _Known] = OrderedDict()
_lock = Lock()


def key_of(secret: str, *, now: datetime, fresh: bool = False) -> ApiKey:
    """The key that was sent, with its user; as it is at this moment if `fresh`.

    Raises Refused, and OperationalError or InterfaceError if the database is away and the key not remembered.
    """
    digest = digest_of(secret)
    known = _remembered(digest)
    if known is not None and not fresh and now < known.until:
        return known.key
    try:
        key = _read(digest)
        _write_down_use(key, now)
    except Refused:
        forget(digest)
        raise
    except (OperationalError, InterfaceError):
        if known is None or fresh or now > known.given_up:
            raise
        # Not asked again for as long as a key is believed: each time may take until a time-out.
        known.until = now + timedelta(seconds=SECONDS)
        return known.key
    _remember(digest, key, now)
    return key


def forget(digest: str) -> None:
    """This process asks the database at the next use."""
    with _lock:
        _known.pop(digest, None)


def _remembered(digest: str) -> _Known | None:
    with _lock:
        if (known := _known.get(digest)) is not None:
            _known.move_to_end(digest)
        return known


def _remember(digest: str, key: ApiKey, now: datetime) -> None:
    until = now + timedelta(seconds=SECONDS)
    if key.last_used_at is not None:
        until = min(until, key.last_used_at + MINUTE)
    with _lock:
        _known[digest] = _Known(key, until, given_up=until + WITHOUT_DATABASE)
        _known.move_to_end(digest)
        while len(_known) > MOST:
            _known.popitem(last=False)


def _read(digest: str) -> ApiKey:
    key = ApiKey.objects.select_related("user").filter(digest=digest).first()
    if key is None:
        raise Refused("There is no such key.")
    if key.revoked_at is not None:
        raise Refused(f"The key {key.prefix}… was revoked on {key.revoked_at:%Y-%m-%d}.")
    if key.user is not None and not key.user.is_active:
        raise Refused(f"The user of the key {key.prefix}… is not active.")
    return key


def _write_down_use(key: ApiKey, now: datetime) -> None:
    """Once a minute, whichever process is first."""
    if key.last_used_at is not None and now - key.last_used_at < MINUTE:
        return
    due = Q(last_used_at__isnull=True) | Q(last_used_at__lte=now - MINUTE)
    try:
        if ApiKey.objects.filter(due, pk=key.pk).update(last_used_at=now):
            key.last_used_at = now
        else:
            key.refresh_from_db(fields=["last_used_at"])
    except (OperationalError, InterfaceError):
        raise
    except DatabaseError as error:
        # A database that only reads, for a while. The key is as good as before.
        logger.warning("The use of the key %s… could not be written down: %s", key.prefix, type(error).__name__)
