"""Entries in Redis: reads, fences, fills and voids them. Everything else about Redis ends here.

Plain reads go through Django's cache API; what must share one round trip goes through the same alias's connection.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from math import ceil
from typing import Any

from django.core.cache import caches
from redis.exceptions import RedisError

from predictions.cache import keys
from predictions.cache.entry import GENERATION_SIZE, CorruptEntry, Entry, pack, unpack
from predictions.cache.seal import seal, unseal

# A generation outlives every entry made under it. One minted for what turns out not to exist dies soon instead.
SECONDS_OF_GRACE = 3600.0
SECONDS_UNCONFIRMED = 120.0
# How many keys one command deletes at the most, so that Redis serves others in between.
KEYS_PER_DELETE = 1000


class Found(StrEnum):
    """What a look-up found."""

    FRESH = "fresh"
    NOTHING = "nothing"
    EXPIRED = "expired"
    """Past its soft TTL."""
    VOID = "void"
    """Made under a generation that is no longer the match's."""
    CORRUPT = "corrupt"
    """Not sealed by us for this key, or of another schema."""


@dataclass(frozen=True, slots=True)
class Lookup:
    found: Found
    entry: Entry | None = None
    """Set when fresh."""


def look_up(match_id: int, key: str, *, now: float, generation: bytes | None = None) -> Lookup:
    """Read the entry at `key` in one round trip. Raises redis.RedisError.

    It must have been made under the match's current generation, which is read along, unless the caller holds one.
    """
    cache = caches["predictions"]
    if generation is None:
        generation_key = keys.generation(match_id)
        values = cache.get_many([key, generation_key])
        value, generation = values.get(key), values.get(generation_key)
    else:
        value = cache.get(key)
    if value is None:
        return Lookup(Found.NOTHING)
    content = unseal(cache.make_key(key), value) if isinstance(value, bytes) else None
    if content is None:
        return Lookup(Found.CORRUPT)
    try:
        entry = unpack(content)
    except CorruptEntry:
        return Lookup(Found.CORRUPT)
    if entry.generation != generation:
        return Lookup(Found.VOID)
    if now >= entry.fresh_until:
        return Lookup(Found.EXPIRED)
    return Lookup(Found.FRESH, entry)


def current_generation(match_id: int) -> bytes:
    """The match's generation, minted if there is none: to be taken before anything is read. Raises redis.RedisError."""
    cache: Any = caches["predictions"]
    key = cache.make_key(keys.generation(match_id))
    client = cache.client.get_client(write=True)
    minted = secrets.token_bytes(GENERATION_SIZE)
    with client.pipeline(transaction=True) as pipe:
        pipe.set(key, minted, nx=True, px=_milliseconds(SECONDS_UNCONFIRMED))
        pipe.get(key)
        _, token = pipe.execute(raise_on_error=False)
    if isinstance(token, bytes) and len(token) == GENERATION_SIZE:
        return token
    if isinstance(token, RedisError) and not str(token).startswith("WRONGTYPE"):
        raise token
    # Somebody put something else there, under which nothing could ever be believed.
    client.delete(key)
    client.set(key, minted, nx=True, px=_milliseconds(SECONDS_UNCONFIRMED))
    return minted


def fill(match_id: int, key: str, entry: Entry, *, now: float) -> bool:
    """Store `entry` until its grace ends; False if that is past already. Raises redis.RedisError.

    If its generation was deleted meanwhile nobody will believe it: that needs no check here.
    """
    seconds = entry.stale_until - now
    if seconds <= 0:
        return False
    cache: Any = caches["predictions"]
    raw_key = cache.make_key(key)
    with cache.client.get_client(write=True).pipeline(transaction=False) as pipe:
        pipe.set(raw_key, seal(raw_key, pack(entry)), px=_milliseconds(seconds))
        if not entry.is_absence:
            # GT only ever lengthens the life of the token, which other entries of the match may need for longer.
            pipe.pexpire(cache.make_key(keys.generation(match_id)), _milliseconds(seconds + SECONDS_OF_GRACE), gt=True)
        pipe.execute()
    return True


def invalidate(match_ids: Collection[int]) -> None:
    """Void every entry of these matches, whatever its key. Raises redis.RedisError."""
    cache = caches["predictions"]
    generation_keys = [keys.generation(match_id) for match_id in match_ids]
    for start in range(0, len(generation_keys), KEYS_PER_DELETE):
        cache.delete_many(generation_keys[start : start + KEYS_PER_DELETE])


def _milliseconds(seconds: float) -> int:
    return max(1, ceil(seconds * 1000))
