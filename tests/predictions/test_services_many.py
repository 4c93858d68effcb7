"""Many predictions at once: each from where it is, and what is missing in one go."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from matches.models import League, Match
from predictions import services
from predictions.cache import leading, store
from predictions.cache.answers import Source, entry_of
from predictions.cache.invalidation import purge
from predictions.ml.active import ActiveModel
from tests.predictions.asking import OTHER_UNKNOWN, UNKNOWN, place_of, upcoming
from tests.predictions.conftest import Counted, RoundTrips

pytestmark = pytest.mark.django_db


class TestMany:
    @pytest.mark.usefixtures("known")
    @pytest.mark.parametrize("count", [2, 20])
    def test_misses_take_two_queries_four_round_trips_and_one_call_of_the_estimator_however_many(
        self,
        count: int,
        now: datetime,
        django_assert_num_queries: DjangoAssertNumQueries,
        round_trips: RoundTrips,
        estimates: list[int],
    ) -> None:
        match_ids = [match.pk for match in upcoming(count)]
        with django_assert_num_queries(2):
            answers = services.predict_many(match_ids, now=now)
        assert round_trips.count == 4
        assert estimates == [count]
        assert [answer.stored for answer in answers.values()] == [True] * count

    @pytest.mark.usefixtures("known")
    def test_those_that_have_begun_take_one_query_more(
        self, now: datetime, django_assert_num_queries: DjangoAssertNumQueries, round_trips: RoundTrips
    ) -> None:
        begun, *others = [match.pk for match in Match.objects.order_by("-kickoff")[:3]]
        Match.objects.filter(pk=begun).update(kickoff=now - timedelta(minutes=1))
        with django_assert_num_queries(3):
            services.predict_many([begun, *others], now=now)
        assert round_trips.count == 4

    @pytest.mark.usefixtures("known")
    def test_hits_are_one_round_trip_and_no_query(
        self, now: datetime, django_assert_num_queries: DjangoAssertNumQueries, round_trips: RoundTrips
    ) -> None:
        match_ids = [match.pk for match in upcoming(20)]
        services.predict_many(match_ids, now=now)
        round_trips.reset()
        with django_assert_num_queries(0):
            answers = services.predict_many(match_ids, now=now)
        assert round_trips.count == 1
        assert {answer.source for answer in answers.values()} == {Source.HIT}

    @pytest.mark.usefixtures("known")
    def test_each_gets_its_answer_from_where_it_is(
        self,
        now: datetime,
        round_trips: RoundTrips,
        estimates: list[int],
        monkeypatch: pytest.MonkeyPatch,
        counted: Counted,
    ) -> None:
        stale, fresh, missing, elsewhere = upcoming(4)
        League.objects.update(cache_ttl=3600)
        services.predict(stale.pk, now=now - timedelta(seconds=3601))
        services.predict_many([fresh.pk, UNKNOWN], now=now)
        [claim] = store.claim([(place_of(elsewhere), b"")], now=now.timestamp())  # by another process
        lease = claim.lease
        assert lease is not None
        entry = entry_of(
            services.compute([elsewhere.pk], now=now)[elsewhere.pk],
            generation=lease.generation,
            stored_at=now.timestamp(),
        )
        at_the_first_pause: list[int] = []

        def meanwhile(seconds: float) -> None:
            at_the_first_pause.append(round_trips.count)
            store.fill([store.Fill(lease.place, entry, lease.token)], now=now.timestamp())

        monkeypatch.setattr(leading, "sleep", meanwhile)
        estimates.clear()
        counted()
        round_trips.reset()
        asked = [missing.pk, stale.pk, -5, fresh.pk, UNKNOWN, missing.pk, elsewhere.pk, OTHER_UNKNOWN]
        answers = services.predict_many(asked, now=now)

        assert list(answers) == list(dict.fromkeys(asked))
        assert {
            match_id: (answer.source, answer.stored, answer.collapsed, answer.entry.is_absence)
            for match_id, answer in answers.items()
        } == {
            missing.pk: (Source.MISS, True, False, False),
            stale.pk: (Source.STALE, False, False, False),
            -5: (Source.MISS, False, False, True),
            fresh.pk: (Source.HIT, False, False, False),
            UNKNOWN: (Source.HIT, False, False, True),
            elsewhere.pk: (Source.MISS, True, True, False),
            OTHER_UNKNOWN: (Source.HIT, False, False, True),
        }
        assert estimates == [1]
        # A look, the claims, a look at features, the fills; then another claim, since one lease was somebody else's.
        assert at_the_first_pause == [5]
        outcomes = counted()
        assert {name: outcomes[name] for name in ("hit", "stale", "miss", "coalesced", "absent")} == {
            "hit": 1, "stale": 1, "miss": 1, "coalesced": 1, "absent": 2,
        }  # fmt: skip

    def test_each_is_what_it_would_be_alone(self, fixture: Match, now: datetime) -> None:
        matches = upcoming(5)
        together = services.predict_many([match.pk for match in matches], now=now)
        purge([match.pk for match in matches])
        for match in matches:
            alone = json.loads(services.predict(match.pk, now=now).entry.body)
            shared = json.loads(together[match.pk].entry.body)
            # Not to the last bit: numpy sums many rows in another order than one.
            assert alone["probabilities"] == pytest.approx(shared["probabilities"], rel=1e-12)
            assert alone["match"] == shared["match"]

    def test_of_nothing_nothing_is_asked(
        self,
        model: ActiveModel,
        now: datetime,
        round_trips: RoundTrips,
        django_assert_num_queries: DjangoAssertNumQueries,
    ) -> None:
        with django_assert_num_queries(0):
            assert services.predict_many([], now=now) == {}
        assert round_trips.count == 0
