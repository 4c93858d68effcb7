"""Entries in Redis: looks them up, claims and fills them.

Plain reads go through Django's cache API; scripts go through the same alias's connection. Every function
takes many at once and needs one round trip for them. All raise redis.RedisError.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import ceil
from typing import Any, NamedTuple

from django.conf import settings
from django.core.cache import caches
from redis import Redis
from redis.exceptions import RedisError

from predictions.cache import keys, scripts
from predictions.cache.entry import GENERATION_SIZE, CorruptEntry, Entry, pack, unpack
from predictions.cache.seal import SEAL_SIZE, seal, unseal
from predictions.cache.throttle import Fare

# A generation outlives the entries made under it by as much as they live, so that it is rarely renewed.
TIMES_OF_LIFE = 2
# How long the generation of a fact of the whole service lives.
SECONDS_OF_A_FACT = 24 * 3600.0


class Found(StrEnum):
    """What a look-up found."""

    FRESH = "fresh"
    STALE = "stale"
    """Past its soft TTL, within its grace."""
    NOTHING = "nothing"
    EXPIRED = "expired"
    """Past its grace."""
    VOID = "void"
    """Made under a generation that is no longer the match's."""
    CORRUPT = "corrupt"
    """Not sealed by us for this key, or of another schema."""


class Place(NamedTuple):
    """Where an entry is, or would be."""

    match_id: int
    key: str


@dataclass(frozen=True, slots=True)
class Lookup:
    found: Found
    entry: Entry | None = None
    """Set when fresh or stale: it may be served."""
    seen: bytes = b""
    """Tells the value that was looked at from any other."""


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to compute what belongs at a place, for a while, under a generation."""

    place: Place
    generation: bytes
    token: bytes
    minted: bool = False
    """Whether the generation is new, so that nothing is valid under it yet."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What came of a claim: a lease, or an entry that came meanwhile; neither if somebody else holds the lease."""

    lease: Lease | None = None
    lookup: Lookup | None = None


@dataclass(frozen=True, slots=True)
class Fill:
    """An entry for a place, to be stored under the entry's generation; `token` is that of the lease held, if any."""

    place: Place
    entry: Entry
    token: bytes = b""
    kept: bool = True
    """If not, the lease is dropped, and the generation too, so that nothing is left of it."""
    parts: Sequence[tuple[str, Entry]] = ()
    """More entries of the match, each with its key: stored with the other one or not at all."""


def look_up(places: Sequence[Place], *, now: float, fact: str | None = None) -> tuple[list[Lookup], bytes | None]:
    """What is at each place, and the generation of `fact` if one is named.

    An entry counts only under its match's current generation, which is read in the same MGET.
    """
    names = [name for place in places for name in (place.key, keys.generation(place.match_id))]
    values = caches["predictions"].get_many(names if fact is None else [*names, keys.generation(fact)])
    lookups = [
        _judge(place.key, values.get(place.key), values.get(keys.generation(place.match_id)), now) for place in places
    ]
    token = None if fact is None else values.get(keys.generation(fact))
    return lookups, token if isinstance(token, bytes) and len(token) == GENERATION_SIZE else None


def look_up_under(held: Sequence[tuple[Place, bytes]], *, now: float) -> list[Lookup]:
    """What is at each place, counting only entries made under the generation that the caller holds."""
    values = caches["predictions"].get_many([place.key for place, _ in held])
    return [_judge(place.key, values.get(place.key), generation, now) for place, generation in held]


def claim(wanted: Sequence[tuple[Place, bytes]], *, now: float, fare: Fare | None = None) -> list[Claim]:
    """Take the lease on each place, unless its value is no longer the one `seen`. To be done before anything is read.

    The generation is minted where there is none, and lives as long as an absence unless something is filled under it.
    `fare` is charged in the same round trip.
    """
    cache: Any = caches["predictions"]
    random = iter(_tokens(2 * len(wanted)))
    tokens = list(zip(random, random, strict=True))
    lives = (_milliseconds(settings.ABSENCE_TTL), _milliseconds(settings.LEASE_SECONDS))
    calls = [
        scripts.Call(scripts.CLAIM, _three(cache, place), (seen, *both, *lives))
        for (place, seen), both in zip(wanted, tokens, strict=True)
    ]
    charges = fare.calls(now) if fare else []
    results = scripts.run(_client(), [*calls, *charges]) if calls else []
    if fare:
        fare.take(results[len(calls) :])
    claims = []
    for (place, _), (new, token), result in zip(wanted, tokens, results, strict=False):
        if isinstance(result, RedisError):
            raise result
        value, generation, taken = result
        if value is not None:
            claims.append(Claim(lookup=_judge(place.key, value, generation, now)))
        else:
            claims.append(Claim(lease=Lease(place, generation, token, minted=generation == new) if taken else None))
    return claims


def fill(fills: Sequence[Fill], *, now: float) -> list[bool]:
    """Store each entry until its grace ends, if its generation is still the match's; drop the lease it came with.

    Says of each whether it was stored. What is past its grace already is not, nor what a full Redis has no room for.
    """
    cache: Any = caches["predictions"]
    calls = []
    for each in fills:
        seconds = each.entry.stale_until - now
        entry_key, *others = _three(cache, each.place)
        life = _milliseconds(seconds)
        if each.kept and seconds > 0:
            names = [entry_key, *others]
            arguments: list[bytes | int] = [each.entry.generation, each.token]
            arguments += [seal(entry_key, pack(each.entry)), life]
            # The generation of an absence goes with it: what does not exist must cost no memory for long.
            arguments.append(life if each.entry.is_absence else TIMES_OF_LIFE * life)
            for key, part in each.parts:
                names.append(cache.make_key(key))
                arguments += [seal(names[-1], pack(part)), _milliseconds(part.stale_until - now)]
            calls.append(scripts.Call(scripts.FILL, names, arguments))
        else:
            calls.append(_release(cache, each.place, each.entry.generation, each.token, forget=not each.kept))
    results = scripts.run(_client(), calls) if calls else []
    if results and all(isinstance(result, RedisError) for result in results):
        raise results[0]
    return [result == 1 for result in results]


def release(leases: Sequence[Lease], *, forget: bool = False) -> None:
    """Let go of leases without filling; if asked to forget, also of generations that were minted for them."""
    cache: Any = caches["predictions"]
    _run([_release(cache, each.place, each.generation, each.token, forget=forget and each.minted) for each in leases])


def generation_of(fact: str) -> bytes:
    """The generation of a fact of the whole service, minted if there is none: to be taken before the fact is read."""
    cache: Any = caches["predictions"]
    arguments = (secrets.token_bytes(GENERATION_SIZE), _milliseconds(SECONDS_OF_A_FACT))
    [token] = _run([scripts.Call(scripts.MINT, [cache.make_key(keys.generation(fact))], arguments)])
    return bytes(token)


def _judge(key: str, value: Any, generation: Any, now: float) -> Lookup:
    if value is None:
        return Lookup(Found.NOTHING)
    if not isinstance(value, bytes):
        return Lookup(Found.CORRUPT)  # django-redis takes digits for a number
    seen = value[:SEAL_SIZE]
    content = unseal(caches["predictions"].make_key(key), value)
    if content is None:
        return Lookup(Found.CORRUPT, seen=seen)
    try:
        entry = unpack(content)
    except CorruptEntry:
        return Lookup(Found.CORRUPT, seen=seen)
    if entry.generation != generation:
        return Lookup(Found.VOID, seen=seen)
    if now >= entry.stale_until:
        return Lookup(Found.EXPIRED, seen=seen)
    return Lookup(Found.FRESH if now < entry.fresh_until else Found.STALE, entry, seen)


def _three(cache: Any, place: Place) -> tuple[str, str, str]:
    return (
        cache.make_key(place.key),
        cache.make_key(keys.generation(place.match_id)),
        cache.make_key(keys.lease(place.key)),
    )


def _release(cache: Any, place: Place, generation: bytes, token: bytes, *, forget: bool = False) -> scripts.Call:
    _, generation_key, lease_key = _three(cache, place)
    return scripts.Call(scripts.RELEASE, (lease_key, generation_key), (generation, token, int(forget)))


def _tokens(number: int) -> list[bytes]:
    """So many random ones, for which the kernel is asked once."""
    random = secrets.token_bytes(number * GENERATION_SIZE)
    return [random[begin : begin + GENERATION_SIZE] for begin in range(0, len(random), GENERATION_SIZE)]


def _client() -> Redis:
    cache: Any = caches["predictions"]
    client: Redis = cache.client.get_client(write=True)
    return client


def _run(calls: Sequence[scripts.Call]) -> list[Any]:
    results = scripts.run(_client(), calls) if calls else []
    for result in results:
        if isinstance(result, RedisError):
            raise result
    return results


def _milliseconds(seconds: float) -> int:
    return max(1, ceil(seconds * 1000))
