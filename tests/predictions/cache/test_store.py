"""Entries in a real Redis: what is read back, and what is not believed."""

from __future__ import annotations

from typing import Any

import pytest
from pytest_django import Settings

from predictions.cache import keys, store
from predictions.cache.invalidation import purge
from predictions.cache.seal import seal
from predictions.cache.store import Found, Lookup, Place
from tests.predictions.cache.conftest import MATCH, NOW, PLACE, claimed, leased, place_of
from tests.predictions.cache.filling import GENERATION_KEY, KEY, PART, fill, filled, look_up
from tests.predictions.conftest import RoundTrips


class TestLookingUp:
    def test_an_empty_cache_holds_nothing(self) -> None:
        assert look_up() == Lookup(Found.NOTHING)

    def test_what_was_filled_is_found_unchanged(self) -> None:
        entry = filled()
        lookup = look_up(now=NOW + 59.9)
        assert (lookup.found, lookup.entry) == (Found.FRESH, entry)

    @pytest.mark.parametrize(
        ("seconds", "found"),
        [(59.9, Found.FRESH), (60.0, Found.STALE), (89.9, Found.STALE), (90.0, Found.EXPIRED)],
    )
    def test_an_entry_is_fresh_then_stale_then_expired(self, seconds: float, found: Found) -> None:
        filled(ttl=60, grace=30)
        lookup = look_up(now=NOW + seconds)
        assert lookup.found is found
        assert (lookup.entry is None) is (found is Found.EXPIRED)

    def test_many_places_are_one_round_trip_and_answers_come_in_order(self, round_trips: RoundTrips) -> None:
        filled(place_of(2))
        purged = place_of(3)
        filled(purged)
        purge([3])
        round_trips.reset()
        lookups, _ = store.look_up([place_of(1), place_of(2), purged], now=NOW, fact="fact")
        assert [lookup.found for lookup in lookups] == [Found.NOTHING, Found.FRESH, Found.VOID]
        assert round_trips.count == 1

    def test_the_generation_of_a_fact_is_read_along(self) -> None:
        token = store.generation_of("fact")
        assert store.look_up([PLACE], now=NOW, fact="fact")[1] == token
        assert store.look_up([PLACE], now=NOW)[1] is None

    @pytest.mark.parametrize("value", [None, b"5", b"too short", b"one byte too many"])
    def test_a_generation_of_a_fact_that_is_none_is_none(self, empty_cache: Any, value: bytes | None) -> None:
        if value is not None:
            empty_cache.set(keys.generation("fact"), value)
        assert store.look_up([PLACE], now=NOW, fact="fact")[1] is None

    @pytest.mark.parametrize("value", [b"garbage", b"", b"123", b"\x80\x05K\x01.", b"x" * 500])
    def test_a_value_that_we_did_not_seal_is_corrupt(self, empty_cache: Any, value: bytes) -> None:
        filled()
        empty_cache.set(KEY, value)
        assert look_up().found is Found.CORRUPT

    def test_a_value_copied_from_another_match_is_corrupt(self, empty_cache: Any) -> None:
        filled(place_of(8))
        filled()
        empty_cache.set(KEY, empty_cache.get(place_of(8).key))
        assert look_up().found is Found.CORRUPT

    def test_a_value_cut_short_is_corrupt(self, empty_cache: Any) -> None:
        filled()
        empty_cache.set(KEY, empty_cache.get(KEY)[:-1])
        assert look_up().found is Found.CORRUPT

    def test_a_sealed_value_of_another_schema_is_corrupt(self, empty_cache: Any) -> None:
        filled()
        empty_cache.set(KEY, seal(KEY, b"sealed by us, but no entry"))
        assert look_up().found is Found.CORRUPT

    @pytest.mark.parametrize("value", [b"garbage", b"", b"123"])
    def test_a_corrupt_value_gets_replaced(self, empty_cache: Any, value: bytes) -> None:
        empty_cache.set(KEY, value)
        seen = look_up().seen
        # What django-redis takes for a number can't be told from nothing: the claim shows it.
        claim = claimed(seen=seen)
        lease = claim.lease or leased(seen=claim.lookup.seen if claim.lookup else b"")
        assert fill(lease)
        assert look_up().found is Found.FRESH

    def test_a_value_of_another_type_is_nothing_and_gets_replaced(self, empty_cache: Any) -> None:
        empty_cache.client.get_client().rpush(KEY, "a list")
        assert look_up().found is Found.NOTHING
        entry = filled()
        assert look_up().entry == entry

    def test_an_entry_is_void_when_its_generation_was_lost(self, empty_cache: Any) -> None:
        filled()
        empty_cache.delete(GENERATION_KEY)
        assert look_up().found is Found.VOID

    def test_who_holds_a_generation_believes_only_what_was_made_under_it(self, round_trips: RoundTrips) -> None:
        entry = filled(PART)
        filled(place_of(8))
        round_trips.reset()
        held = [(PART, entry.generation), (PART, b"another token 16"), (place_of(8), entry.generation)]
        found = [lookup.found for lookup in store.look_up_under(held, now=NOW)]
        assert found == [Found.FRESH, Found.VOID, Found.VOID]
        assert round_trips.count == 1


class TestInvalidating:
    def test_it_voids_all_kinds_of_entry_of_a_match_and_of_no_other(self) -> None:
        places = [PLACE, PART, Place(MATCH, keys.prediction(MATCH, "another model"))]
        for place in (*places, place_of(8)):
            filled(place)
        purge([MATCH])
        assert [look_up(place).found for place in places] == [Found.VOID] * 3
        assert look_up(place_of(8)).found is Found.FRESH

    def test_an_entry_filled_afterwards_is_believed_and_no_older_one_comes_back(self) -> None:
        filled(PART)
        purge([MATCH])
        filled()
        assert look_up().found is Found.FRESH
        assert look_up(PART).found is Found.VOID


class TestFacts:
    def test_the_generation_of_a_fact_stays_until_it_is_deleted(self) -> None:
        first = store.generation_of("fact")
        assert store.generation_of("fact") == first
        purge(["fact"])
        assert store.generation_of("fact") != first

    def test_it_lives_a_day(self, empty_cache: Any) -> None:
        store.generation_of("fact")
        assert 86_390_000 < empty_cache.pttl(keys.generation("fact")) <= 86_400_000


def test_keys_with_a_prefix_are_sealed_and_claimed_with_it(settings: Settings, empty_cache: Any) -> None:
    config = {**settings.CACHES["predictions"], "KEY_PREFIX": "other-site"}
    settings.CACHES = {**settings.CACHES, "predictions": config}
    filled()
    assert look_up().found is Found.FRESH
    stored = empty_cache.client.get_client().keys()
    assert sorted(stored) == sorted(f"other-site:{key}".encode() for key in (KEY, GENERATION_KEY))
