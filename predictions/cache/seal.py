"""The seal on a cached value: a keyed hash that only holders of the secret can make.

It covers the key too, so that a value copied from one key to another no longer fits.
"""

from __future__ import annotations

from functools import lru_cache
from hashlib import blake2b
from hmac import compare_digest

from django.conf import settings

SEAL_SIZE = 16
_PURPOSE = b"predictor.seal"


def seal(key: str, content: bytes) -> bytes:
    """`content` behind its seal for `key`: 16 bytes of keyed BLAKE2b (RFC 7693), then the content."""
    return _digest(settings.SECRET_KEY, key, content) + content


def unseal(key: str, sealed: bytes) -> bytes | None:
    """What `seal` was given, or None if it was not sealed for `key` under SECRET_KEY or one of its fallbacks."""
    found, content = sealed[:SEAL_SIZE], sealed[SEAL_SIZE:]
    for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        if compare_digest(found, _digest(secret, key, content)):
            return content
    return None


def _digest(secret: str, key: str, content: bytes) -> bytes:
    name = key.encode()
    # The length in front makes it plain where the key ends: no two pairs of key and content hash the same bytes.
    return blake2b(len(name).to_bytes(4) + name + content, digest_size=SEAL_SIZE, key=_sealing_key(secret)).digest()


@lru_cache(maxsize=8)
def _sealing_key(secret: str) -> bytes:
    return blake2b(secret.encode(), digest_size=32, person=_PURPOSE).digest()
