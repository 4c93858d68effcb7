"""Who asks: `Authorization: Bearer pk_…`. Cookies tell nobody here, so no page elsewhere can write in one's name."""

from __future__ import annotations

import re
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.utils import timezone
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request

from access import memory

_OURS = re.compile(r"(?:bearer|api-key)(?: +(?P<secret>.*))?", re.IGNORECASE | re.DOTALL)
_SECRET = re.compile(r"pk_[A-Za-z0-9_-]{43}")


class ApiKeyAuthentication(BaseAuthentication):
    """`request.auth` is the key, `request.user` its user or AnonymousUser. A wrong or revoked key is a 401.

    A request that may write gets the key as it is at this moment. A view whose POST only reads says so by
    `only_reads = True`.
    """

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        """None without a key; other schemes than ours are for others, such as a proxy. Raises AuthenticationFailed."""
        ours = _OURS.fullmatch(request.headers.get("Authorization", ""))
        if ours is None:
            return None
        secret = (ours["secret"] or "").strip()
        if not _SECRET.fullmatch(secret):
            raise AuthenticationFailed("That is no key: a key is pk_ and 43 letters, digits, - or _.")
        reads = request.method in SAFE_METHODS or getattr(request.parser_context["view"], "only_reads", False)
        try:
            key = memory.key_of(secret, now=timezone.now(), fresh=not reads)
        except memory.Refused as refused:
            raise AuthenticationFailed(str(refused)) from None
        return key.user or AnonymousUser(), key

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="predictor"'
