"""How tests of the store fill it and look things up."""

from __future__ import annotations

from typing import Any

from predictions.cache import entry as entries
from predictions.cache import keys, store
from predictions.cache.entry import Entry
from predictions.cache.store import Fill, Lease, Lookup, Place
from tests.predictions.cache.conftest import MATCH, NOW, PLACE, leased, part_key

KEY = PLACE.key
PART = Place(MATCH, part_key(MATCH))
GENERATION_KEY, LEASE_KEY = keys.generation(MATCH), keys.lease(KEY)


def entry_under(
    lease: Lease, *, body: bytes = b'{"a":1}', ttl: float = 60.0, grace: float = 30.0, at: float = NOW
) -> Entry:
    return entries.make(
        generation=lease.generation,
        stored_at=at,
        fresh_until=at + ttl,
        stale_until=at + ttl + grace,
        league="en.1",
        model="a model",
        body=body,
    )


def fill(lease: Lease, entry: Entry | None = None, *, place: Place | None = None, kept: bool = True) -> bool:
    entry = entry or entry_under(lease)
    place = place or lease.place
    [stored] = store.fill([Fill(place, entry, lease.token, kept=kept)], now=NOW)
    return stored


def filled(place: Place = PLACE, **fields: Any) -> Entry:
    """An entry that is there, claimed and filled over whatever was there before."""
    [before], _ = store.look_up([place], now=NOW)
    lease = leased(place, seen=before.seen)
    entry = entry_under(lease, **fields)
    assert fill(lease, entry)
    return entry


def look_up(place: Place = PLACE, *, now: float = NOW) -> Lookup:
    [lookup], _ = store.look_up([place], now=now)
    return lookup
