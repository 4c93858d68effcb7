"""Entries in a real Redis: what is read back, and what is not believed."""

from __future__ import annotations

from typing import Any

import pytest

from predictions.cache import entry as entries
from predictions.cache import keys, store
from predictions.cache.store import Found
from tests.predictions.conftest import RoundTrips

MATCH = 7
KEY = keys.prediction(MATCH, "model")
NOW = 1_800_000_000.0


def filled(*, body: bytes = b'{"a":1}', ttl: float = 60.0, match_id: int = MATCH, key: str = KEY) -> entries.Entry:
    entry = entries.make(
        generation=store.current_generation(match_id), stored_at=NOW, fresh_until=NOW + ttl, league="en.1", body=body
    )
    assert store.fill(match_id, key, entry, now=NOW)
    return entry


def test_an_empty_cache_holds_nothing() -> None:
    assert store.look_up(MATCH, KEY, now=NOW).found is Found.NOTHING


def test_what_was_filled_is_found_unchanged() -> None:
    entry = filled()
    assert store.look_up(MATCH, KEY, now=NOW + 59.9) == store.Lookup(Found.FRESH, entry)


def test_an_entry_is_not_served_past_its_soft_ttl() -> None:
    filled(ttl=60.0)
    assert store.look_up(MATCH, KEY, now=NOW + 60.0).found is Found.EXPIRED


def test_redis_forgets_an_entry_when_its_grace_ends(empty_cache: Any) -> None:
    filled(ttl=60.0)
    assert 59_000 < empty_cache.pttl(KEY) <= 60_000


def test_an_entry_whose_time_is_up_already_is_not_stored(empty_cache: Any) -> None:
    generation = store.current_generation(MATCH)
    entry = entries.make(generation=generation, stored_at=NOW, fresh_until=NOW, body=b"late")
    assert not store.fill(MATCH, KEY, entry, now=NOW)
    assert empty_cache.get(KEY) is None


def test_an_invalidated_entry_is_void() -> None:
    filled()
    store.invalidate([MATCH])
    assert store.look_up(MATCH, KEY, now=NOW).found is Found.VOID


def test_one_invalidation_voids_all_kinds_of_entry_of_a_match_and_of_no_other() -> None:
    features_key, other_key = keys.features(MATCH, "schema"), keys.prediction(MATCH, "another model")
    elsewhere = keys.prediction(8, "model")
    filled()
    filled(key=features_key)
    filled(key=other_key)
    filled(match_id=8, key=elsewhere)
    store.invalidate([MATCH])
    found = [store.look_up(MATCH, key, now=NOW).found for key in (KEY, features_key, other_key)]
    assert found == [Found.VOID] * 3
    assert store.look_up(8, elsewhere, now=NOW).found is Found.FRESH


def test_a_computation_that_began_before_an_invalidation_is_not_believed_after_it() -> None:
    generation = store.current_generation(MATCH)
    store.invalidate([MATCH])
    filled(key=keys.features(MATCH, "schema"))  # somebody else mints the next generation
    late = entries.make(generation=generation, stored_at=NOW, fresh_until=NOW + 60, body=b"old")
    store.fill(MATCH, KEY, late, now=NOW)
    assert store.look_up(MATCH, KEY, now=NOW).found is Found.VOID


def test_an_entry_is_void_when_its_generation_was_lost(empty_cache: Any) -> None:
    filled()
    empty_cache.delete(keys.generation(MATCH))
    assert store.look_up(MATCH, KEY, now=NOW).found is Found.VOID


def test_a_reader_that_holds_a_generation_believes_only_entries_made_under_it() -> None:
    entry = filled()
    assert store.look_up(MATCH, KEY, now=NOW, generation=entry.generation).found is Found.FRESH
    assert store.look_up(MATCH, KEY, now=NOW, generation=b"another token 16").found is Found.VOID


def test_the_generation_outlives_its_entry(empty_cache: Any) -> None:
    filled(ttl=6 * 3600)
    assert empty_cache.pttl(keys.generation(MATCH)) > empty_cache.pttl(KEY)


def test_a_shorter_lived_entry_does_not_shorten_the_generations_life(empty_cache: Any) -> None:
    filled(ttl=6 * 3600)
    filled(ttl=900, key=keys.features(MATCH, "schema"))
    assert empty_cache.pttl(keys.generation(MATCH)) > empty_cache.pttl(KEY)


def test_the_generation_of_an_absence_dies_soon(empty_cache: Any) -> None:
    filled(body=entries.ABSENCE, ttl=60.0)
    assert 60_000 < empty_cache.pttl(keys.generation(MATCH)) <= 120_000


@pytest.mark.parametrize("value", [b"garbage", b"", b"123", b"\x80\x05K\x01."])
def test_a_value_that_we_did_not_seal_is_corrupt(empty_cache: Any, value: bytes) -> None:
    filled()
    empty_cache.set(KEY, value)
    assert store.look_up(MATCH, KEY, now=NOW).found is Found.CORRUPT


def test_a_value_copied_from_another_match_is_corrupt(empty_cache: Any) -> None:
    elsewhere = keys.prediction(8, "model")
    filled(match_id=8, key=elsewhere)
    filled()
    empty_cache.set(KEY, empty_cache.get(elsewhere))
    assert store.look_up(MATCH, KEY, now=NOW).found is Found.CORRUPT


def test_a_sealed_value_of_another_schema_is_corrupt(empty_cache: Any) -> None:
    from predictions.cache.seal import seal

    filled()
    empty_cache.set(KEY, seal(KEY, b"sealed by us, but no entry"))
    assert store.look_up(MATCH, KEY, now=NOW).found is Found.CORRUPT


def test_a_value_of_another_redis_type_is_nothing_and_gets_replaced(empty_cache: Any) -> None:
    empty_cache.client.get_client().rpush(KEY, "a list")
    assert store.look_up(MATCH, KEY, now=NOW).found is Found.NOTHING
    entry = filled()
    assert store.look_up(MATCH, KEY, now=NOW).entry == entry


@pytest.mark.parametrize("value", [b"5", b"", b"one byte too many", b"x" * 1000])
def test_a_damaged_generation_heals(empty_cache: Any, value: bytes) -> None:
    empty_cache.set(keys.generation(MATCH), value)
    entry = filled()
    assert store.look_up(MATCH, KEY, now=NOW).entry == entry


def test_a_generation_of_another_redis_type_heals(empty_cache: Any) -> None:
    empty_cache.client.get_client().rpush(keys.generation(MATCH), "a list")
    entry = filled()
    assert store.look_up(MATCH, KEY, now=NOW).entry == entry


def test_a_look_up_is_one_round_trip(round_trips: RoundTrips) -> None:
    filled()
    round_trips.reset()
    store.look_up(MATCH, KEY, now=NOW)
    assert round_trips.count == 1


def test_a_generation_and_a_fill_are_one_round_trip_each(round_trips: RoundTrips) -> None:
    filled()
    assert round_trips.count == 2


def test_invalidating_many_matches_takes_one_round_trip_per_thousand(round_trips: RoundTrips) -> None:
    store.invalidate(range(2500))
    assert round_trips.count == 3


def test_invalidating_no_match_asks_nothing_of_redis(round_trips: RoundTrips) -> None:
    store.invalidate([])
    assert round_trips.count == 0
