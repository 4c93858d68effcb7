"""Who may compute: leases in a real Redis."""

from __future__ import annotations

from typing import Any

import pytest
from pytest_django import Settings

from predictions.cache import keys, store
from predictions.cache.invalidation import purge
from predictions.cache.store import Claim, Found, Place
from tests.integration.servers import RedisServer
from tests.predictions.cache.conftest import MATCH, NOW, claimed, leased, place_of
from tests.predictions.cache.filling import GENERATION_KEY, KEY, LEASE_KEY, PART, fill, filled, look_up
from tests.predictions.conftest import RoundTrips


class TestClaiming:
    def test_where_nothing_is_the_lease_is_taken_and_a_generation_minted(self, empty_cache: Any) -> None:
        lease = leased()
        assert len(lease.generation) == len(lease.token) == 16
        assert empty_cache.get(GENERATION_KEY) == lease.generation
        assert empty_cache.get(LEASE_KEY) == lease.generation + lease.token

    def test_generations_and_tokens_are_new_each_time(self) -> None:
        leases = [leased(place_of(match_id)) for match_id in range(1, 20)]
        assert len({lease.generation for lease in leases} | {lease.token for lease in leases}) == 2 * len(leases)

    def test_a_minted_generation_lives_as_long_as_an_absence_and_a_lease_for_its_time(
        self, empty_cache: Any, settings: Settings
    ) -> None:
        settings.ABSENCE_TTL, settings.LEASE_SECONDS = 40, 2.5
        leased()
        assert 35_000 < empty_cache.pttl(GENERATION_KEY) <= 40_000
        assert 0 < empty_cache.pttl(LEASE_KEY) <= 2500

    def test_where_somebody_holds_the_lease_there_is_none(self) -> None:
        leased()
        assert claimed() == Claim()

    def test_another_key_of_the_same_match_has_a_lease_of_its_own(self) -> None:
        first = leased()
        second = leased(Place(MATCH, keys.prediction(MATCH, "another model")))
        assert first.generation == second.generation

    def test_a_lease_that_has_run_out_is_taken_over(self, empty_cache: Any) -> None:
        first = leased()
        empty_cache.delete(LEASE_KEY)  # as Redis does when its time is up
        second = leased()
        assert (second.generation, second.token) != (first.generation, first.token)
        assert second.generation == first.generation

    def test_an_invalidation_voids_the_lease(self) -> None:
        first = leased()
        purge([MATCH])
        assert leased().generation != first.generation

    def test_a_lease_of_a_lost_generation_holds_no_longer_when_another_is_minted(self, empty_cache: Any) -> None:
        leased()
        empty_cache.delete(GENERATION_KEY)
        other = leased(PART)  # mints
        assert leased().generation == other.generation

    def test_an_entry_that_came_since_is_what_is_returned(self) -> None:
        entry = filled()
        claim = claimed(seen=b"")
        assert claim.lease is None
        assert claim.lookup is not None
        assert (claim.lookup.found, claim.lookup.entry) == (Found.FRESH, entry)

    def test_an_entry_that_changed_since_is_what_is_returned(self) -> None:
        filled()
        seen = look_up().seen
        newer = filled(body=b"newer")
        claim = claimed(seen=seen)
        assert claim.lookup is not None
        assert claim.lookup.entry == newer

    def test_an_entry_that_came_since_and_is_void_can_be_claimed_when_seen(self) -> None:
        filled()
        purge([MATCH])
        claim = claimed(seen=b"")
        assert claim.lookup is not None
        assert (claim.lookup.found, claim.lookup.entry) == (Found.VOID, None)
        assert claimed(seen=claim.lookup.seen).lease

    @pytest.mark.parametrize("seconds", [60.0, 90.0], ids=["stale", "expired"])
    def test_an_entry_that_is_what_was_seen_is_claimed(self, seconds: float) -> None:
        entry = filled(ttl=60, grace=30)
        lookup = look_up(now=NOW + seconds)
        lease = leased(seen=lookup.seen, now=NOW + seconds)
        assert lease.generation == entry.generation

    def test_what_was_seen_and_is_gone_is_claimed(self, empty_cache: Any) -> None:
        filled()
        seen = look_up().seen
        empty_cache.delete(KEY)
        assert claimed(seen=seen).lease

    @pytest.mark.parametrize("value", [b"5", b"", b"one byte too many", b"x" * 1000])
    def test_a_damaged_generation_heals(self, empty_cache: Any, value: bytes) -> None:
        empty_cache.set(GENERATION_KEY, value)
        entry = filled()
        assert look_up().entry == entry

    @pytest.mark.parametrize("key", [GENERATION_KEY, LEASE_KEY])
    def test_a_generation_or_lease_of_another_type_heals(self, empty_cache: Any, key: str) -> None:
        empty_cache.client.get_client().rpush(key, "a list")
        entry = filled()
        assert look_up().entry == entry

    def test_a_damaged_lease_holds_nobody_up(self, empty_cache: Any) -> None:
        empty_cache.set(LEASE_KEY, b"damaged")
        assert claimed().lease

    def test_many_are_one_round_trip_and_claims_come_in_order(self, round_trips: RoundTrips) -> None:
        entry = filled(place_of(1))
        leased(place_of(2))
        round_trips.reset()
        first, second, third = store.claim([(place_of(match_id), b"") for match_id in (1, 2, 3)], now=NOW)
        assert first.lookup is not None
        assert first.lookup.entry == entry
        assert second == Claim()
        assert third.lease is not None
        assert third.lease.place == place_of(3)
        assert round_trips.count == 1

    def test_nothing_asks_nothing_of_redis(self, round_trips: RoundTrips) -> None:
        assert store.claim([], now=NOW) == []
        assert store.fill([], now=NOW) == []
        store.release([])
        assert round_trips.count == 0

    def test_a_server_that_has_lost_its_scripts_does_not_matter(self, own_server: RedisServer) -> None:
        with own_server.client as client:
            lease = leased()
            client.script_flush()
            assert fill(lease)
            client.script_flush()
            store.release([lease])


class TestLettingGo:
    def test_a_lease_let_go_can_be_taken_by_the_next(self) -> None:
        first = leased()
        store.release([first])
        assert leased().generation == first.generation

    def test_a_lease_that_is_somebody_elses_is_kept(self, empty_cache: Any) -> None:
        first = leased()
        empty_cache.delete(LEASE_KEY)
        second = leased()
        store.release([first])
        assert empty_cache.get(LEASE_KEY) == second.generation + second.token

    def test_many_are_one_round_trip(self, empty_cache: Any, round_trips: RoundTrips) -> None:
        leases = [leased(place_of(match_id)) for match_id in (1, 2, 3)]
        round_trips.reset()
        store.release(leases)
        assert round_trips.count == 1
        assert [empty_cache.get(keys.lease(lease.place.key)) for lease in leases] == [None] * 3
