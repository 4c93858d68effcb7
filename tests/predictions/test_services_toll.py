"""Who pays for what the service computes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries, Settings

from matches.models import League, Match
from predictions import services
from predictions.cache import leading, store
from predictions.cache.answers import Source, entry_of
from predictions.cache.background import background
from predictions.cache.gate import gate
from predictions.cache.store import Lease
from predictions.cache.throttle import Throttled, Toll
from predictions.ml.active import ActiveModel
from tests.integration.servers import RedisServer
from tests.predictions.asking import OTHER_UNKNOWN, UNKNOWN, place_of, upcoming
from tests.predictions.conftest import Counted, RoundTrips, fill_up

pytestmark = pytest.mark.django_db

TOLL = Toll("key:1", per_minute=3)


def paid(now: datetime) -> int:
    """How much of the toll's minute has been spent; all of it is, afterwards.

    As of a little later, since the service's clock goes on from `now`: a unit comes back in 20 seconds.
    """
    now += timedelta(seconds=10)
    for left in range(TOLL.per_minute, 0, -1):
        try:
            services.charge(TOLL, left, now=now)
        except Throttled:
            continue
        return TOLL.per_minute - left
    return TOLL.per_minute


def broke(now: datetime) -> None:
    services.charge(TOLL, TOLL.per_minute, now=now)


def leased(match: Match, now: datetime) -> Lease:
    """As by another process."""
    [claim] = store.claim([(place_of(match), b"")], now=now.timestamp())
    assert claim.lease is not None
    return claim.lease


def fill(lease: Lease, now: datetime) -> None:
    """As by that other process."""
    computed = services.compute([lease.place.match_id], now=now)[lease.place.match_id]
    entry = entry_of(computed, generation=lease.generation, stored_at=now.timestamp())
    assert store.fill([store.Fill(lease.place, entry, lease.token)], now=now.timestamp()) == [True]


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Any]]:
    """What other processes do while this one waits, at each look one."""
    doing: list[Any] = []
    monkeypatch.setattr(leading, "sleep", lambda seconds: doing.pop(0)())
    yield doing
    assert doing == []


@pytest.mark.usefixtures("known")
class TestCharges:
    def test_each_that_is_computed_costs_one_and_no_round_trip(
        self, now: datetime, round_trips: RoundTrips, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        ids = [match.pk for match in upcoming(2)]
        with django_assert_num_queries(2):
            services.predict_many(ids, now=now, toll=TOLL)
        assert round_trips.count == 4
        assert paid(now) == 2

    def test_what_is_fresh_costs_nothing_and_nobody_looks_at_the_account(
        self, fixture: Match, now: datetime, round_trips: RoundTrips
    ) -> None:
        services.predict(fixture.pk, now=now)
        broke(now)
        round_trips.reset()
        assert services.predict(fixture.pk, now=now, toll=TOLL).source is Source.HIT
        assert round_trips.count == 1

    def test_what_is_stale_costs_nothing(self, fixture: Match, now: datetime) -> None:
        League.objects.update(cache_ttl=3600)
        services.predict(fixture.pk, now=now - timedelta(seconds=3601))
        assert services.predict(fixture.pk, now=now, toll=TOLL).source is Source.STALE
        assert background.run_queued() > 0
        assert paid(now) == 0

    def test_what_is_unknown_costs_one_until_its_absence_is_cached(self, now: datetime) -> None:
        for _ in range(3):
            assert services.predict(UNKNOWN, now=now, toll=TOLL).entry.is_absence
        assert paid(now) == 1

    def test_ids_that_no_match_can_have_are_free(self, now: datetime) -> None:
        broke(now)
        services.predict_many([0, -1, services.LARGEST_ID + 1, 10**30], now=now, toll=TOLL)

    def test_twice_the_same_in_one_batch_costs_one(self, fixture: Match, now: datetime) -> None:
        services.predict_many([fixture.pk, fixture.pk], now=now, toll=TOLL)
        assert paid(now) == 1

    def test_without_a_toll_nothing_is_charged(self, fixture: Match, now: datetime, round_trips: RoundTrips) -> None:
        services.predict(fixture.pk, now=now)
        services.charge(None, 1000, now=now)
        assert round_trips.count == 4

    def test_what_another_process_computes_costs_nothing(
        self, fixture: Match, now: datetime, pauses: list[Any]
    ) -> None:
        lease = leased(fixture, now)
        pauses.append(lambda: fill(lease, now))
        assert services.predict(fixture.pk, now=now, toll=TOLL).collapsed
        assert paid(now) == 0

    def test_who_can_not_pay_may_wait_for_another_process(
        self, fixture: Match, now: datetime, pauses: list[Any]
    ) -> None:
        broke(now)
        lease = leased(fixture, now)
        pauses.append(lambda: fill(lease, now))
        assert services.predict(fixture.pk, now=now, toll=TOLL).collapsed

    def test_of_a_batch_only_what_this_caller_computes_is_paid_for(self, now: datetime, pauses: list[Any]) -> None:
        elsewhere, mine, cached = upcoming(3)
        services.predict(cached.pk, now=now)
        lease = leased(elsewhere, now)
        pauses.append(lambda: fill(lease, now))
        answers = services.predict_many([elsewhere.pk, mine.pk, cached.pk], now=now, toll=TOLL)
        assert answers[mine.pk].stored
        assert answers[elsewhere.pk].collapsed
        assert paid(now) == 1

    def test_who_has_the_means_for_its_part_only_gets_the_rest_from_others(
        self, now: datetime, pauses: list[Any]
    ) -> None:
        elsewhere, mine = upcoming(2)
        services.charge(TOLL, 2, now=now)
        lease = leased(elsewhere, now)
        pauses.append(lambda: fill(lease, now))
        assert len(services.predict_many([elsewhere.pk, mine.pk], now=now, toll=TOLL)) == 2

    def test_who_takes_over_from_a_dead_process_pays(self, fixture: Match, now: datetime, pauses: list[Any]) -> None:
        lease = leased(fixture, now)
        pauses.append(lambda: store.release([lease]))
        assert services.predict(fixture.pk, now=now, toll=TOLL).stored
        assert paid(now) == 1

    def test_who_can_not_pay_takes_over_from_nobody(self, fixture: Match, now: datetime, pauses: list[Any]) -> None:
        broke(now)
        lease = leased(fixture, now)
        pauses.append(lambda: store.release([lease]))
        with pytest.raises(Throttled):
            services.predict(fixture.pk, now=now, toll=TOLL)
        assert leased(fixture, now)


@pytest.mark.usefixtures("known")
class TestThrottled:
    def test_nothing_is_computed_or_left_behind(
        self, now: datetime, estimates: list[int], empty_cache: Any, counted: Counted
    ) -> None:
        broke(now)
        before = set(empty_cache.iter_keys("*"))
        ids = [*(match.pk for match in upcoming(2)), UNKNOWN, OTHER_UNKNOWN]
        with pytest.raises(Throttled) as caught:
            services.predict_many(ids, now=now, toll=TOLL)
        # 4 are more than a minute's worth: they pass once nothing is owed.
        assert caught.value.retry_after == 60
        assert estimates == []
        assert set(empty_cache.iter_keys("*")) == before
        outcomes = counted()
        assert (outcomes["throttled"], outcomes.get("overloaded")) == (4, None)

    def test_a_generation_that_others_rely_on_is_kept(self, now: datetime, fixture: Match, empty_cache: Any) -> None:
        services.predict(fixture.pk, now=now)
        empty_cache.delete(place_of(fixture).key)
        broke(now)
        with pytest.raises(Throttled):
            services.predict(fixture.pk, now=now, toll=TOLL)
        assert leased(fixture, now).minted is False

    def test_the_next_consumer_is_served_at_once(self, now: datetime, fixture: Match) -> None:
        broke(now)
        with pytest.raises(Throttled):
            services.predict(fixture.pk, now=now, toll=TOLL)
        assert services.predict(fixture.pk, now=now, toll=Toll("key:2", 3)).stored

    def test_what_is_cached_is_served_all_the_same(self, now: datetime, fixture: Match) -> None:
        services.predict(fixture.pk, now=now)
        broke(now)
        assert services.predict(fixture.pk, now=now, toll=TOLL).source is Source.HIT

    def test_with_the_time_the_same_passes(self, now: datetime, fixture: Match) -> None:
        broke(now)
        with pytest.raises(Throttled) as caught:
            services.predict(fixture.pk, now=now, toll=TOLL)
        later = now + timedelta(seconds=caught.value.retry_after)
        assert services.predict(fixture.pk, now=later, toll=TOLL).stored


class TestWithoutRedis:
    @pytest.mark.usefixtures("redis_away")
    def test_while_it_is_away_nobody_is_charged(self, fixture: Match, now: datetime) -> None:
        ids = [match.pk for match in upcoming(10)]
        answers = services.predict_many(ids, now=now, toll=TOLL)
        assert {answer.source for answer in answers.values()} == {Source.BYPASS}
        services.charge(TOLL, 1000, now=now)

    def test_while_it_may_not_be_read_it_is_not_asked(
        self, known: ActiveModel, fixture: Match, now: datetime, round_trips: RoundTrips
    ) -> None:
        gate.owe(True)
        assert services.predict(fixture.pk, now=now, toll=TOLL).source is Source.BYPASS
        assert round_trips.count == 0

    def test_a_full_one_charges_nobody_and_refuses_who_owes(
        self, own_server: RedisServer, known: ActiveModel, now: datetime, estimates: list[int], settings: Settings
    ) -> None:
        broke(now)
        first, second = upcoming(2)
        fill_up(own_server)
        with pytest.raises(Throttled):
            services.predict(first.pk, now=now, toll=TOLL)
        assert estimates == []
        for _ in range(5):
            answer = services.predict(second.pk, now=now, toll=Toll("key:2", 1))
            assert (answer.source, answer.stored) == (Source.MISS, False)
