"""The prediction for a match: made once, and served as long as it is true."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from matches.models import League, Match
from predictions import services
from predictions.cache.answers import Source
from predictions.cache.background import background
from predictions.ml.active import ActiveModel, NoActiveModel
from predictions.ml.features import features_of
from tests.predictions.asking import UNKNOWN, body_of, same, upcoming
from tests.predictions.conftest import RoundTrips

pytestmark = pytest.mark.django_db


class TestOne:
    def test_the_answer_is_what_the_model_says_of_the_features(
        self, model: ActiveModel, fixture: Match, now: datetime
    ) -> None:
        [expected] = model.predict([features_of([fixture.pk])[fixture.pk]])
        body = body_of(fixture, now)
        assert body["probabilities"] == {"home": expected.home, "draw": expected.draw, "away": expected.away}
        assert body["expected_goals"] == {"home": expected.expected_goals_home, "away": expected.expected_goals_away}
        assert body["model"]["version"] == model.version
        assert body["match"]["home_team"]["name"] == fixture.home_team.name

    def test_probabilities_sum_to_one(self, fixture: Match, now: datetime) -> None:
        assert sum(body_of(fixture, now)["probabilities"].values()) == pytest.approx(1, abs=1e-12)

    def test_it_is_computed_once(self, fixture: Match, now: datetime, estimates: list[int]) -> None:
        first, second = services.predict(fixture.pk, now=now), services.predict(fixture.pk, now=now)
        assert [first.source, second.source] == [Source.MISS, Source.HIT]
        assert first.entry == second.entry
        assert estimates == [1]

    @pytest.mark.usefixtures("known")
    def test_a_hit_asks_nothing_of_the_database_and_one_thing_of_redis(
        self, fixture: Match, now: datetime, django_assert_num_queries: DjangoAssertNumQueries, round_trips: RoundTrips
    ) -> None:
        services.predict(fixture.pk, now=now)
        round_trips.reset()
        with django_assert_num_queries(0):
            services.predict(fixture.pk, now=now)
        assert round_trips.count == 1

    @pytest.mark.usefixtures("known")
    def test_a_miss_takes_two_queries_and_four_round_trips(
        self, fixture: Match, now: datetime, django_assert_num_queries: DjangoAssertNumQueries, round_trips: RoundTrips
    ) -> None:
        with django_assert_num_queries(2):
            services.predict(fixture.pk, now=now)
        assert round_trips.count == 4

    def test_an_expired_one_is_computed_anew(self, fixture: Match, league: League, now: datetime) -> None:
        services.predict(fixture.pk, now=now)
        later = now + timedelta(seconds=league.cache_ttl + 1800)
        answer = services.predict(fixture.pk, now=later)
        assert answer.source is Source.MISS
        assert answer.entry.stored_at == pytest.approx(later.timestamp(), abs=1)

    def test_an_unknown_match_is_an_absence_kept_for_a_minute(self, model: ActiveModel, now: datetime) -> None:
        first, second = services.predict(UNKNOWN, now=now), services.predict(UNKNOWN, now=now)
        assert first.entry.is_absence
        assert [first.source, second.source] == [Source.MISS, Source.HIT]
        assert second.entry.fresh_until - second.entry.stored_at == pytest.approx(60, abs=0.5)

    @pytest.mark.parametrize("match_id", [0, -1, 2**63, 10**30])
    def test_an_id_no_row_can_have_is_neither_looked_up_nor_kept(
        self,
        match_id: int,
        model: ActiveModel,
        now: datetime,
        round_trips: RoundTrips,
        django_assert_num_queries: DjangoAssertNumQueries,
    ) -> None:
        with django_assert_num_queries(0):
            answer = services.predict(match_id, now=now)
        assert answer.entry.is_absence
        assert round_trips.count == 0

    @pytest.mark.usefixtures("no_model")
    def test_without_a_model_there_is_no_answer(self, league: League, now: datetime) -> None:
        with pytest.raises(NoActiveModel, match="train_model"):
            services.predict(1, now=now)


class TestStale:
    @pytest.fixture
    def later(self, fixture: Match, now: datetime) -> datetime:
        """When the entry for the match, which is there, is past its soft TTL and within its grace."""
        entry = services.predict(fixture.pk, now=now).entry
        return datetime.fromtimestamp(entry.fresh_until + 1, UTC)

    def test_it_is_served_and_refreshed_in_the_background(
        self, fixture: Match, later: datetime, estimates: list[int]
    ) -> None:
        answer = services.predict(fixture.pk, now=later)
        assert answer.source is Source.STALE
        assert estimates == []
        background.run_queued()
        assert estimates == [1]
        refreshed = services.predict(fixture.pk, now=later)
        assert refreshed.source is Source.HIT
        assert refreshed.entry.stored_at > answer.entry.stored_at

    @pytest.mark.usefixtures("known")
    def test_it_costs_no_more_than_a_hit(
        self,
        fixture: Match,
        later: datetime,
        django_assert_num_queries: DjangoAssertNumQueries,
        round_trips: RoundTrips,
    ) -> None:
        round_trips.reset()
        with django_assert_num_queries(0):
            services.predict(fixture.pk, now=later)
        assert round_trips.count == 1


class TestUncached:
    def test_it_is_what_the_service_says(self, fixture: Match, now: datetime) -> None:
        matches = [match.pk for match in upcoming(3)] + [UNKNOWN]
        cached = services.predict_many(matches, now=now)
        uncached = services.compute(matches, now=now)
        for match_id in matches:
            assert same(uncached[match_id].body, cached[match_id].entry.body)

    def test_it_asks_nothing_of_redis_and_writes_nothing_down(
        self, known: ActiveModel, fixture: Match, now: datetime, round_trips: RoundTrips
    ) -> None:
        background.drop_queued()
        services.compute([fixture.pk, UNKNOWN], now=now)
        assert round_trips.count == 0
        assert background.run_queued() == 0

    @pytest.mark.usefixtures("no_model")
    def test_without_a_model_there_is_no_answer(self, league: League, now: datetime) -> None:
        with pytest.raises(NoActiveModel):
            services.compute([1], now=now)
