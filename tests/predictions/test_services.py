"""The prediction for a match: made once, kept as long as it is true."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks

from matches.models import League, Match, Team
from predictions import services
from predictions.cache import keys
from predictions.cache.read_through import Source
from predictions.ml.active import ActiveModel, NoActiveModel
from predictions.ml.features import FEATURE_SCHEMA, Features, features_of
from tests.predictions.conftest import RoundTrips

pytestmark = pytest.mark.django_db


@pytest.fixture
def now() -> datetime:
    return timezone.now()


def body_of(match: Match, now: datetime) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(services.predict(match.pk, now=now).entry.body)
    return body


def test_the_answer_is_what_the_model_says_of_the_features(model: ActiveModel, fixture: Match, now: datetime) -> None:
    [expected] = model.predict([features_of([fixture.pk])[fixture.pk]])
    body = body_of(fixture, now)
    assert body["probabilities"] == {"home": expected.home, "draw": expected.draw, "away": expected.away}
    assert body["expected_goals"] == {"home": expected.expected_goals_home, "away": expected.expected_goals_away}
    assert body["model"]["version"] == model.version
    assert body["match"]["home_team"]["name"] == fixture.home_team.name


def test_probabilities_sum_to_one(fixture: Match, now: datetime) -> None:
    assert sum(body_of(fixture, now)["probabilities"].values()) == pytest.approx(1, abs=1e-12)


def test_it_is_computed_once(fixture: Match, now: datetime) -> None:
    first, second = services.predict(fixture.pk, now=now), services.predict(fixture.pk, now=now)
    assert [first.source, second.source] == [Source.MISS, Source.HIT]
    assert first.entry == second.entry


def test_a_hit_asks_nothing_of_the_database_and_one_thing_of_redis(
    fixture: Match, now: datetime, django_assert_num_queries: DjangoAssertNumQueries, round_trips: RoundTrips
) -> None:
    services.predict(fixture.pk, now=now)
    round_trips.reset()
    with django_assert_num_queries(0):
        services.predict(fixture.pk, now=now)
    assert round_trips.count == 1


def test_a_miss_takes_two_queries_and_five_round_trips(
    fixture: Match, now: datetime, django_assert_num_queries: DjangoAssertNumQueries, round_trips: RoundTrips
) -> None:
    with django_assert_num_queries(2):
        services.predict(fixture.pk, now=now)
    assert round_trips.count == 5


def test_it_stays_fresh_for_the_ttl_of_its_league(league: League, fixture: Match, now: datetime) -> None:
    league.cache_ttl = 1234
    league.save()
    entry = services.predict(fixture.pk, now=now).entry
    assert entry.fresh_until - entry.stored_at == pytest.approx(1234, abs=1e-3)


def test_it_is_not_fresh_past_kickoff(fixture: Match) -> None:
    shortly_before = fixture.kickoff - timedelta(seconds=10)
    entry = services.predict(fixture.pk, now=shortly_before).entry
    assert entry.fresh_until == fixture.kickoff.timestamp()


def test_after_kickoff_it_says_that_it_is_retrospective(fixture: Match) -> None:
    before, after = fixture.kickoff - timedelta(minutes=1), fixture.kickoff + timedelta(minutes=1)
    assert not body_of(fixture, before)["retrospective"]
    assert body_of(fixture, after)["retrospective"]


def test_features_are_kept_for_themselves_for_fifteen_minutes(fixture: Match, now: datetime, empty_cache: Any) -> None:
    services.predict(fixture.pk, now=now)
    assert 0 < empty_cache.pttl(keys.features(fixture.pk, FEATURE_SCHEMA)) <= 900_000


def test_another_model_finds_the_features_in_the_cache(
    fixture: Match, now: datetime, model: ActiveModel, empty_cache: Any
) -> None:
    services.predict(fixture.pk, now=now)
    empty_cache.delete(keys.prediction(fixture.pk, model.digest))  # as good as a model that was never asked
    with CaptureQueriesContext(connection) as queries:
        answer = services.predict(fixture.pk, now=now)
    assert answer.source is Source.MISS
    assert not [query for query in queries if "snapshot" in query["sql"]]


def test_an_unknown_match_is_an_absence_kept_for_a_minute(model: ActiveModel, now: datetime) -> None:
    first, second = services.predict(10**9, now=now), services.predict(10**9, now=now)
    assert first.entry.is_absence
    assert [first.source, second.source] == [Source.MISS, Source.HIT]
    assert second.entry.fresh_until - second.entry.stored_at == pytest.approx(60)


def test_an_id_no_row_can_have_is_neither_looked_up_nor_kept(
    model: ActiveModel, now: datetime, round_trips: RoundTrips, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(0):
        answer = services.predict(10**30, now=now)
    assert answer.entry.is_absence
    assert round_trips.count == 0


def test_a_match_that_is_created_is_absent_no_longer(
    fixture: Match, now: datetime, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    future_id = fixture.pk + 1000
    assert services.predict(future_id, now=now).entry.is_absence
    with django_capture_on_commit_callbacks(execute=True):
        Match(
            pk=future_id,
            league=fixture.league,
            season=2023,
            kickoff=fixture.kickoff + timedelta(days=1),
            home_team=fixture.home_team,
            away_team=fixture.away_team,
        ).save(force_insert=True)
    assert not services.predict(future_id, now=now).entry.is_absence


def test_a_result_changes_the_answers_about_later_matches_of_its_league(
    fixture: Match, now: datetime, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    later = Match.objects.scheduled().filter(home_team=fixture.home_team).exclude(pk=fixture.pk)[0]
    old = body_of(later, now)
    with django_capture_on_commit_callbacks(execute=True):
        fixture.status, fixture.home_goals, fixture.away_goals = Match.Status.FINISHED, 9, 0
        fixture.save()
    new = body_of(later, now)
    assert new["probabilities"]["home"] > old["probabilities"]["home"]


def test_a_result_leaves_other_leagues_alone(
    fixture: Match, now: datetime, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    other = League.objects.create(code="de.1", name="Bundesliga", country="de")
    teams = Team.objects.bulk_create([Team(name="Nord", country="de"), Team(name="Süd", country="de")])
    elsewhere = Match(league=other, season=2023, kickoff=fixture.kickoff, home_team=teams[0], away_team=teams[1])
    elsewhere.save()
    services.predict(elsewhere.pk, now=now)
    with django_capture_on_commit_callbacks(execute=True):
        fixture.status, fixture.home_goals, fixture.away_goals = Match.Status.FINISHED, 9, 0
        fixture.save()
    assert services.predict(elsewhere.pk, now=now).source is Source.HIT


@pytest.mark.parametrize("changed", ["league", "team"])
def test_a_new_name_is_in_the_next_answer(
    changed: str, fixture: Match, now: datetime, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    services.predict(fixture.pk, now=now)
    row = fixture.league if changed == "league" else fixture.away_team
    with django_capture_on_commit_callbacks(execute=True):
        row.name = "Renamed"
        row.save()
    body = body_of(fixture, now)
    assert body["match"]["league" if changed == "league" else "away_team"]["name"] == "Renamed"


@pytest.mark.usefixtures("redis_away")
def test_without_redis_the_model_answers_all_the_same(fixture: Match, now: datetime) -> None:
    answers = [services.predict(fixture.pk, now=now) for _ in range(2)]
    assert [(answer.source, answer.stored) for answer in answers] == [(Source.BYPASS, False)] * 2
    assert answers[0].entry.body == answers[1].entry.body


@pytest.mark.usefixtures("no_model")
def test_without_a_model_there_is_no_answer(league: League, now: datetime) -> None:
    with pytest.raises(NoActiveModel, match="train_model"):
        services.predict(1, now=now)


def test_a_match_deleted_while_its_answer_is_computed_is_absent(
    fixture: Match, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def overtaken(ids: list[int]) -> dict[int, Features]:
        Match.objects.filter(pk=fixture.pk).delete()
        return features_of(ids)

    monkeypatch.setattr(services, "features_of", overtaken)
    assert services.predict(fixture.pk, now=now).entry.is_absence
