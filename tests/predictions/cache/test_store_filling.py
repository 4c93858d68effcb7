"""What is stored in a real Redis, for how long, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from redis.exceptions import OutOfMemoryError

from predictions.cache import entry as entries
from predictions.cache import store
from predictions.cache.entry import ABSENCE, NO_GENERATION
from predictions.cache.invalidation import purge
from predictions.cache.store import Fill, Found, Lease
from tests.integration.servers import RedisServer
from tests.predictions.cache.conftest import MATCH, NOW, PLACE, claimed, leased, place_of
from tests.predictions.cache.filling import GENERATION_KEY, KEY, LEASE_KEY, PART, entry_under, fill, filled, look_up
from tests.predictions.conftest import RoundTrips, fill_up


class TestFilling:
    def test_the_lease_it_came_with_is_dropped(self, empty_cache: Any) -> None:
        filled()
        assert empty_cache.get(LEASE_KEY) is None

    def test_a_lease_that_is_somebody_elses_is_kept(self, empty_cache: Any) -> None:
        first = leased()
        empty_cache.delete(LEASE_KEY)
        second = leased()
        assert fill(first)
        assert empty_cache.get(LEASE_KEY) == second.generation + second.token

    def test_a_computation_longer_than_its_lease_may_still_fill(self, empty_cache: Any) -> None:
        lease = leased()
        empty_cache.delete(LEASE_KEY)
        assert fill(lease)
        assert look_up().found is Found.FRESH

    def test_after_an_invalidation_it_is_refused(self, empty_cache: Any) -> None:
        lease = leased()
        purge([MATCH])
        assert not fill(lease)
        assert look_up().found is Found.NOTHING
        assert empty_cache.get(LEASE_KEY) is None

    def test_after_an_invalidation_it_is_refused_also_when_somebody_else_computes_already(
        self, empty_cache: Any
    ) -> None:
        late = leased()
        purge([MATCH])
        current = leased()
        assert not fill(late)
        assert empty_cache.get(LEASE_KEY) == current.generation + current.token
        assert fill(current)

    def test_a_refused_fill_leaves_what_is_there(self) -> None:
        late = leased()
        purge([MATCH])
        entry = filled()
        assert not fill(late)
        assert look_up().entry == entry

    def test_after_the_generation_has_expired_it_is_refused(self, empty_cache: Any) -> None:
        lease = leased()
        empty_cache.delete(GENERATION_KEY)  # as Redis does when its time is up
        assert not fill(lease)
        assert look_up().found is Found.NOTHING

    def test_redis_forgets_an_entry_when_its_grace_ends(self, empty_cache: Any) -> None:
        filled(ttl=60, grace=30)
        assert 85_000 < empty_cache.pttl(KEY) <= 90_000

    def test_its_life_counts_from_when_it_is_filled(self, empty_cache: Any) -> None:
        lease = leased()
        assert fill(lease, entry_under(lease, ttl=60, grace=30, at=NOW - 40))
        assert 45_000 < empty_cache.pttl(KEY) <= 50_000

    @pytest.mark.parametrize("seconds", [0.0, -1.0])
    def test_what_is_past_its_grace_already_is_not_stored_and_its_lease_dropped(
        self, empty_cache: Any, seconds: float
    ) -> None:
        lease = leased()
        assert not fill(lease, entry_under(lease, ttl=seconds, grace=0))
        assert empty_cache.get(KEY) is None
        assert empty_cache.get(LEASE_KEY) is None
        assert empty_cache.get(GENERATION_KEY) == lease.generation

    def test_the_generation_lives_twice_as_long(self, empty_cache: Any) -> None:
        filled(ttl=3600, grace=0)
        assert 7_190_000 < empty_cache.pttl(GENERATION_KEY) <= 7_200_000

    def test_a_generation_that_has_enough_left_is_not_touched(self, empty_cache: Any) -> None:
        filled(ttl=3600, grace=0)
        empty_cache.pexpire(GENERATION_KEY, 3_700_000)
        filled(ttl=3600, grace=0)
        filled(PART, ttl=900)
        assert empty_cache.pttl(GENERATION_KEY) <= 3_700_000

    def test_a_generation_that_would_not_outlive_the_entry_is_renewed(self, empty_cache: Any) -> None:
        filled(ttl=3600, grace=0)
        empty_cache.pexpire(GENERATION_KEY, 3_500_000)
        filled(ttl=3600, grace=0)
        assert empty_cache.pttl(GENERATION_KEY) > 7_190_000

    def test_the_generation_of_an_absence_lives_no_longer_than_it(self, empty_cache: Any) -> None:
        filled(body=ABSENCE, ttl=60, grace=0)
        generation_left = empty_cache.pttl(GENERATION_KEY)
        assert 0 < empty_cache.pttl(KEY) <= generation_left <= 60_000

    def test_an_absence_does_not_shorten_the_life_of_a_generation_that_others_need(self, empty_cache: Any) -> None:
        filled(PART, ttl=900, grace=0)
        filled(body=ABSENCE, ttl=60, grace=0)
        assert empty_cache.pttl(GENERATION_KEY) > 900_000

    def test_nothing_is_left_of_what_is_not_kept(self, empty_cache: Any) -> None:
        lease = leased()
        assert not fill(lease, entry_under(lease, body=ABSENCE), kept=False)
        assert empty_cache.client.get_client().dbsize() == 0

    def test_what_is_not_kept_takes_nothing_of_somebody_else_along(self, empty_cache: Any) -> None:
        late = leased()
        purge([MATCH])
        current = leased()
        assert not fill(late, entry_under(late, body=ABSENCE), kept=False)
        assert empty_cache.get(GENERATION_KEY) == current.generation
        assert empty_cache.get(LEASE_KEY) == current.generation + current.token

    def test_a_part_is_filled_without_a_lease_and_leaves_those_there_are(self, empty_cache: Any) -> None:
        lease = leased()
        [stored] = store.fill([Fill(PART, entry_under(lease))], now=NOW)
        assert stored
        assert look_up(PART).found is Found.FRESH
        assert empty_cache.get(LEASE_KEY) == lease.generation + lease.token

    def test_what_carries_no_generation_is_never_stored(self) -> None:
        entry = entries.make(generation=NO_GENERATION, stored_at=NOW, fresh_until=NOW + 60, body=b"bypass")
        assert store.fill([Fill(PLACE, entry)], now=NOW) == [False]
        assert look_up().found is Found.NOTHING

    def test_many_are_one_round_trip_and_each_is_told_of(self, round_trips: RoundTrips) -> None:
        leases = [leased(place_of(match_id)) for match_id in (1, 2, 3)]
        purge([2])
        round_trips.reset()
        fills = [Fill(lease.place, entry_under(lease), lease.token) for lease in leases]
        assert store.fill(fills, now=NOW) == [True, False, True]
        assert round_trips.count == 1


class TestAFullServer:
    @pytest.fixture
    def lease(self, own_server: RedisServer) -> Lease:
        filled(place_of(8))
        lease = leased()
        fill_up(own_server)
        return lease

    def test_what_is_cached_is_served(self, lease: Lease) -> None:
        assert look_up(place_of(8)).found is Found.FRESH

    @pytest.mark.parametrize(
        "step",
        [
            lambda lease: store.fill([Fill(PART, entry_under(lease))], now=NOW),
            lambda lease: claimed(place_of(9)),
            lambda lease: store.generation_of("fact"),
        ],
        ids=["fill", "claim", "mint"],
    )
    def test_storing_is_an_error(self, lease: Lease, step: Callable[[Lease], object]) -> None:
        with pytest.raises(OutOfMemoryError):
            step(lease)

    def test_invalidating_works(self, lease: Lease) -> None:
        purge([8])
        assert look_up(place_of(8)).found is Found.VOID

    def test_letting_go_works(self, lease: Lease, own_server: RedisServer) -> None:
        store.release([lease])
        with own_server.client as client:
            assert client.exists(LEASE_KEY) == 0

    def test_not_keeping_leaves_nothing(self, lease: Lease, own_server: RedisServer) -> None:
        fill(lease, entry_under(lease, body=ABSENCE), kept=False)
        with own_server.client as client:
            assert client.exists(LEASE_KEY, GENERATION_KEY, KEY) == 0
