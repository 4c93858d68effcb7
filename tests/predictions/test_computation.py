"""Making predictions: what is read, what is made on the way, and how long it may be believed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import override_settings
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries, Settings

from matches.models import League, Match, Team
from predictions import computation, services
from predictions.api.headers import cache_headers
from predictions.cache import keys, store
from predictions.cache.answers import Answer, Computed, Source, entry_of
from predictions.cache.background import background
from predictions.cache.entry import ABSENCE, NO_GENERATION
from predictions.cache.gate import gate
from predictions.cache.lifetime import Lifetime
from predictions.cache.seal import seal
from predictions.cache.store import Place
from predictions.computation import Computation
from predictions.ml.active import ActiveModel
from predictions.ml.features import FEATURE_SCHEMA, Features, features_of
from predictions.models import PublishedPrediction
from tests.predictions.conftest import Counted, RoundTrips

pytestmark = pytest.mark.django_db

UNKNOWN = 10**9
OTHER_GENERATION = b"another token 16"


@pytest.fixture
def now() -> float:
    return timezone.now().timestamp()


@pytest.fixture
def compute(model: ActiveModel) -> Computation:
    return Computation(model)


def features_place(match: Match) -> Place:
    return Place(match.pk, keys.features(match.pk, FEATURE_SCHEMA))


def generation_of(match: Match) -> bytes:
    """That under which this match's features are cached, by the service."""
    services.predict(match.pk, now=timezone.now())
    [lookup], _ = store.look_up([features_place(match)], now=timezone.now().timestamp())
    assert lookup.entry is not None
    return lookup.entry.generation


def body_of(computed: Mapping[int, Computed], match: Match) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(computed[match.pk].body)
    return body


class TestReading:
    def test_any_number_of_matches_is_two_queries_and_absences_are_among_them(
        self, compute: Computation, now: float, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        match_ids = list(Match.objects.scheduled().values_list("pk", flat=True))
        with django_assert_num_queries(2):
            computed = compute([*match_ids, UNKNOWN], held=None, now=now)
        assert list(computed) == [*match_ids, UNKNOWN]
        assert [match_id for match_id in computed if computed[match_id].body == ABSENCE] == [UNKNOWN]

    def test_those_that_have_begun_are_one_query_more(
        self, compute: Computation, fixture: Match, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        with django_assert_num_queries(3):
            compute([fixture.pk, UNKNOWN], held=None, now=fixture.kickoff.timestamp())

    def test_of_what_was_said_before_no_features_are_kept(self, compute: Computation, fixture: Match) -> None:
        compute([fixture.pk], held=None, now=fixture.kickoff.timestamp() - 60)
        background.run_queued()
        computed = compute([fixture.pk], held={fixture.pk: NO_GENERATION}, now=fixture.kickoff.timestamp())
        assert body_of(computed, fixture)["frozen"]
        assert computed[fixture.pk].parts == []

    def test_it_says_whose_league_it_is(self, compute: Computation, fixture: Match, now: float) -> None:
        computed = compute([fixture.pk, UNKNOWN], held=None, now=now)
        assert (computed[fixture.pk].league, computed[UNKNOWN].league) == ("en.1", "")


class TestFeatures:
    def test_what_was_read_is_worth_an_entry_of_its_own_for_fifteen_minutes(
        self, compute: Computation, fixture: Match, now: float
    ) -> None:
        [part] = compute([fixture.pk], held=None, now=now)[fixture.pk].parts
        assert part.key == features_place(fixture).key
        assert Features.from_json(part.body) == features_of([fixture.pk])[fixture.pk]
        assert now + 600 <= part.lifetime.fresh_until == part.lifetime.stale_until <= now + 900

    def test_an_absence_has_none(self, compute: Computation, now: float) -> None:
        assert compute([UNKNOWN], held=None, now=now)[UNKNOWN].parts == ()

    def test_those_that_are_cached_are_not_read_again(
        self,
        compute: Computation,
        fixture: Match,
        now: float,
        django_assert_num_queries: DjangoAssertNumQueries,
        round_trips: RoundTrips,
        counted: Counted,
    ) -> None:
        expected = compute([fixture.pk], held=None, now=now)
        held = {fixture.pk: generation_of(fixture)}
        counted()
        round_trips.reset()
        with django_assert_num_queries(2):
            computed = compute([fixture.pk], held=held, now=now)
        assert round_trips.count == 1
        assert body_of(computed, fixture) == body_of(expected, fixture)
        assert computed[fixture.pk].parts == []
        assert counted() == {"features hit": 1}

    def test_those_that_are_not_are_read_together(
        self, compute: Computation, now: float, django_assert_num_queries: DjangoAssertNumQueries, counted: Counted
    ) -> None:
        first, *others = Match.objects.scheduled()[:4]
        held = {first.pk: generation_of(first)} | {match.pk: OTHER_GENERATION for match in others}
        counted()
        with django_assert_num_queries(3):
            computed = compute(list(held), held=held, now=now)
        assert [len(each.parts) for each in computed.values()] == [0, 1, 1, 1]
        assert counted() == {"features hit": 1, "features miss": 3}

    def test_those_of_another_generation_are_not_believed(
        self, compute: Computation, fixture: Match, now: float, counted: Counted
    ) -> None:
        generation_of(fixture)
        counted()
        computed = compute([fixture.pk], held={fixture.pk: OTHER_GENERATION}, now=now)
        assert len(computed[fixture.pk].parts) == 1
        assert counted() == {"features void": 1, "features miss": 1}

    def test_those_that_are_damaged_are_read_anew(
        self, compute: Computation, fixture: Match, now: float, empty_cache: Any, counted: Counted
    ) -> None:
        held = {fixture.pk: generation_of(fixture)}
        key = features_place(fixture).key
        empty_cache.set(key, seal(key, b"no entry"))
        counted()
        assert len(compute([fixture.pk], held=held, now=now)[fixture.pk].parts) == 1
        assert counted() == {"features corrupt": 1, "features miss": 1}

    def test_those_past_their_time_are_read_anew(self, compute: Computation, fixture: Match, now: float) -> None:
        held = {fixture.pk: generation_of(fixture)}
        assert len(compute([fixture.pk], held=held, now=now + 900)[fixture.pk].parts) == 1

    def test_without_a_generation_none_are_looked_for(
        self, compute: Computation, fixture: Match, now: float, round_trips: RoundTrips
    ) -> None:
        compute([fixture.pk], held=None, now=now)
        assert round_trips.count == 0

    def test_when_redis_has_gone_they_are_read(
        self, compute: Computation, fixture: Match, now: float, counted: Counted
    ) -> None:
        held = {fixture.pk: generation_of(fixture)}
        gate.owe(True)
        assert len(compute([fixture.pk], held=held, now=now)[fixture.pk].parts) == 1

    def test_another_model_finds_them_in_the_cache(
        self, model: ActiveModel, fixture: Match, now: float, counted: Counted
    ) -> None:
        held = {fixture.pk: generation_of(fixture)}
        counted()
        another = replace(model, version="another", digest="another digest")
        Computation(another)([fixture.pk], held=held, now=now)
        assert counted() == {"features hit": 1}


class TestWritingDown:
    def test_what_is_said_of_many_is_one_job_and_one_statement(
        self, compute: Computation, now: float, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        match_ids = list(Match.objects.scheduled().values_list("pk", flat=True))
        compute(match_ids, held=None, now=now)
        with django_assert_num_queries(1):
            assert background.run_queued() == 1
        assert PublishedPrediction.objects.count() == len(match_ids)

    def test_of_what_has_begun_or_is_absent_there_is_nothing_to_write_down(
        self, compute: Computation, fixture: Match
    ) -> None:
        compute([fixture.pk, UNKNOWN], held=None, now=fixture.kickoff.timestamp())
        assert background.run_queued() == 0

    def test_of_a_result_that_was_entered_before_its_kickoff_there_is_nothing_to_foretell(
        self, compute: Computation, fixture: Match, now: float
    ) -> None:
        Match.objects.filter(pk=fixture.pk).update(status="finished", home_goals=1, away_goals=0)
        compute([fixture.pk], held=None, now=now)
        assert background.run_queued() == 0

    def test_a_computation_that_publishes_nothing_writes_nothing_down(
        self, model: ActiveModel, fixture: Match, now: float
    ) -> None:
        Computation(model, publishes=False)([fixture.pk], held=None, now=now)
        assert background.run_queued() == 0

    def test_a_row_says_what_the_answer_says(self, compute: Computation, fixture: Match, now: float) -> None:
        body = body_of(compute([fixture.pk], held=None, now=now), fixture)
        background.run_queued()
        row = PublishedPrediction.objects.get()
        assert (row.home, row.draw, row.away) == tuple(body["probabilities"].values())
        assert row.made_at == datetime.fromtimestamp(now, UTC)


class TestLifetimes:
    def test_an_absence_lives_for_a_minute_and_has_no_grace(
        self, compute: Computation, now: float, settings: Settings
    ) -> None:
        assert compute([UNKNOWN], held=None, now=now)[UNKNOWN].lifetime == Lifetime(now + 60, now + 60)
        settings.ABSENCE_TTL = 30
        assert compute([UNKNOWN], held=None, now=now)[UNKNOWN].lifetime == Lifetime(now + 30, now + 30)

    def test_a_prediction_lives_for_its_leagues_ttl_or_a_bit_less_and_then_for_the_grace(
        self, compute: Computation, league: League, now: float
    ) -> None:
        League.objects.update(cache_ttl=1000, name="Another")
        match_ids = list(Match.objects.scheduled().values_list("pk", flat=True))
        lifetimes = [each.lifetime for each in compute(match_ids, held=None, now=now).values()]
        assert all(now + 700 <= each.fresh_until <= now + 1000 for each in lifetimes)
        assert {round(each.stale_until - each.fresh_until, 3) for each in lifetimes} == {1800.0}
        assert len({each.fresh_until for each in lifetimes}) == len(lifetimes)

    def test_after_kickoff_it_lives_for_its_leagues_ttl_again(
        self, compute: Computation, fixture: Match, league: League
    ) -> None:
        after = fixture.kickoff.timestamp() + 60
        computed = compute([fixture.pk], held=None, now=after)[fixture.pk]
        assert computed.lifetime.fresh_until >= after + 0.9 * league.cache_ttl - 1

    @given(
        ahead=st.floats(0.001, 8 * 24 * 3600),
        ttl=st.integers(60, 7 * 24 * 3600),
        grace=st.floats(0, 7200),
        later=st.floats(0, 1),
        spread=st.floats(0, 1, exclude_max=True),
    )
    def test_nothing_made_before_kickoff_is_fresh_or_stale_or_kept_by_a_client_past_it(
        self, ahead: float, ttl: int, grace: float, later: float, spread: float
    ) -> None:
        made = 1_800_000_000.0
        match = a_match(kickoff=datetime.fromtimestamp(made + ahead, UTC), ttl=ttl)
        kickoff = match.kickoff.timestamp()
        with override_settings(STALE_GRACE=grace):
            computed = computation._computed(match, b"{}", [], made, spread)
        assert computed.lifetime.fresh_until <= computed.lifetime.stale_until <= kickoff
        asked = made + later * (kickoff - made)
        answer = Answer(entry_of(computed, stored_at=made), Source.HIT)
        cache_control = cache_headers(answer, now=asked)["Cache-Control"]
        max_age = int(cache_control.removeprefix("public, max-age=").partition(",")[0])
        assert asked + max_age <= kickoff


def a_match(*, kickoff: datetime, ttl: int) -> Match:
    """One that is in no database."""
    league = League(pk=1, code="en.1", name="Premier League", country="en", cache_ttl=ttl)
    home, away = Team(pk=1, name="Albion", country="en"), Team(pk=2, name="Borough", country="en")
    return Match(pk=7, league=league, season=2025, kickoff=kickoff, home_team=home, away_team=away)


def test_no_second_holds_more_than_its_share_of_what_one_call_makes(compute: Computation, now: float) -> None:
    """50 at once: 2 % is one. Half of them kick off at the same time, within the TTL."""
    match_ids = list(Match.objects.order_by("-kickoff").values_list("pk", flat=True)[:50])
    soon = datetime.fromtimestamp(now, UTC) + timedelta(minutes=40)
    Match.objects.filter(pk__in=match_ids[::2]).update(kickoff=soon)
    Match.objects.filter(pk__in=match_ids[1::2]).update(kickoff=soon + timedelta(days=30))
    lifetimes = [each.lifetime for each in compute(match_ids, held=None, now=now).values()]
    for ends in ([int(each.fresh_until) for each in lifetimes], [int(each.stale_until) for each in lifetimes]):
        assert max(ends.count(second) for second in ends) <= 2
