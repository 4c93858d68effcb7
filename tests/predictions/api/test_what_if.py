"""The odds of two teams that have no fixture, over HTTP."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from matches.models import League, Match, Team
from predictions.cache import admission
from predictions.ml.active import ActiveModel
from tests.predictions.conftest import RoundTrips

pytestmark = pytest.mark.django_db

WHAT_IF = "/api/v1/predictions/what-if/"


def ask(client: Client, headers: dict[str, str] | None = None, **parameters: Any) -> Any:
    return client.get(f"{WHAT_IF}?{urlencode(parameters)}", headers=headers)


def document(client: Client, **parameters: Any) -> dict[str, Any]:
    response = ask(client, **parameters)
    assert response.status_code == 200, response.content
    return dict(response.json())


def problem(client: Client, status: int, **parameters: Any) -> dict[str, Any]:
    response = ask(client, **parameters)
    assert response.status_code == status, response.content
    assert response.headers["Content-Type"] == "application/problem+json"
    return dict(response.json())


def test_it_says_what_the_prediction_of_such_a_match_would(client: Client, fixture: Match) -> None:
    prediction = client.get(f"/api/v1/predictions/{fixture.pk}/").json()
    told = document(client, home="Albion", away="Borough", date=fixture.day)
    assert told.pop("what_if") == {
        name: prediction["match"][name] for name in ("league", "season", "day", "home_team", "away_team")
    }
    assert told == {name: prediction[name] for name in told}
    assert prediction.keys() - told.keys() == {"match", "made_at", "frozen", "in_sample"}


def test_it_is_about_today_unless_a_day_is_named(client: Client, model: ActiveModel) -> None:
    told = document(client, home="Albion", away="Fortuna")
    assert told["what_if"]["day"] == timezone.now().date().isoformat()
    assert told["retrospective"] is False


def test_which_of_them_is_at_home_matters(client: Client, model: ActiveModel) -> None:
    here = document(client, home="Albion", away="Fortuna")
    there = document(client, home="Fortuna", away="Albion")
    assert here["probabilities"]["home"] != there["probabilities"]["away"]


def test_a_day_of_the_past_is_said_to_be_one(client: Client, model: ActiveModel) -> None:
    day = timezone.now().date() - timedelta(days=380)
    told = document(client, home="Albion", away="Fortuna", date=day)
    assert told["retrospective"] is True
    assert told["what_if"]["season"] == 2022


def test_teams_may_be_named_by_id(client: Client, fixture: Match) -> None:
    by_id = document(client, home=fixture.home_team_id, away=fixture.away_team_id)
    assert by_id == document(client, home="albion", away="borough fc")


def test_it_is_not_from_the_cache_and_leaves_nothing_there(
    client: Client, known: ActiveModel, empty_cache: Any, round_trips: RoundTrips
) -> None:
    before = empty_cache.client.get_client().keys("*")
    responses = [ask(client, home="Albion", away="Fortuna") for _ in range(2)]
    assert [response.headers["Cache-Status"] for response in responses] == ["predictor; fwd=bypass"] * 2
    after = empty_cache.client.get_client().keys("*")
    assert {key for key in after if not key.startswith(b"toll:")} == set(before)


def test_a_client_may_keep_it_for_a_minute_and_is_told_when_it_is_the_same(client: Client, model: ActiveModel) -> None:
    first = ask(client, home="Albion", away="Fortuna")
    assert first.headers["Cache-Control"] == "public, max-age=60"
    again = ask(client, {"If-None-Match": first.headers["ETag"]}, home="Albion", away="Fortuna")
    assert again.status_code == 304
    assert again.headers["Cache-Status"] == "predictor; fwd=bypass"


def test_it_costs_two_queries_beside_the_teams_names_and_the_models(
    client: Client, known: ActiveModel, django_assert_num_queries: DjangoAssertNumQueries, estimates: list[int]
) -> None:
    with django_assert_num_queries(7):
        document(client, home="Albion", away="Fortuna")
    assert estimates == [1]


def test_it_is_paid_for(client: Client, model: ActiveModel, settings: Settings, estimates: list[int]) -> None:
    settings.RATE_PER_ADDRESS = 1
    document(client, home="Albion", away="Fortuna")
    told = problem(client, 429, home="Albion", away="Fortuna")
    assert told["type"] == "/problems/too-many-requests"
    assert estimates == [1]


def test_only_so_many_are_computed_at_once(client: Client, model: ActiveModel, settings: Settings) -> None:
    settings.MOST_COMPUTATIONS = settings.MOST_WAITERS = 1
    with admission.computing(patience=0), admission.waiting():
        told = problem(client, 503, home="Albion", away="Fortuna")
    assert told["type"] == "/problems/overloaded"


@pytest.mark.usefixtures("redis_away", "model")
def test_an_outage_of_redis_makes_no_difference(client: Client) -> None:
    document(client, home="Albion", away="Fortuna")


def test_a_team_that_is_not_known_is_a_404_with_what_may_have_been_meant(client: Client, league: League) -> None:
    assert problem(client, 404, home="Albian", away="Borough")["suggestions"] == {"home": ["Albion"]}


def test_a_name_that_several_teams_have_is_refused_with_their_ids(client: Client, league: League) -> None:
    other = Team.objects.create(name="Albion", country="xx")
    [message] = problem(client, 400, home="Albion", away="Borough")["errors"]["home"]
    assert f"{other.pk} (xx)" in message


def test_the_league_tells_them_apart(client: Client, model: ActiveModel) -> None:
    Team.objects.create(name="Albion", country="xx")
    document(client, home="Albion", away="Borough", league="en.1")


def test_a_team_cannot_play_against_itself(client: Client, fixture: Match) -> None:
    assert list(problem(client, 400, home="Albion", away=fixture.home_team_id)["errors"]) == ["away"]


def test_teams_without_ratings_in_one_league_are_refused_in_words(client: Client, model: ActiveModel) -> None:
    Team.objects.create(name="Newcomer", country="en")
    told = problem(client, 400, home="Albion", away="Newcomer")
    assert "Albion and Newcomer have no ratings in the same league" in told["errors"]["league"][0]


def test_a_league_that_is_not_theirs_is_refused_with_the_one_that_is(client: Client, fixture: Match) -> None:
    other = League.objects.create(code="en.2", name="Championship", country="en")
    Match.objects.create(
        league=other,
        season=2023,
        kickoff=timezone.now() + timedelta(days=2),
        home_team=fixture.home_team,
        away_team=fixture.away_team,
    )
    told = problem(client, 400, home="Albion", away="Borough", league="en.2")
    assert "They have in: en.1." in told["errors"]["league"][0]


@pytest.mark.parametrize(
    ("parameters", "at"),
    [
        ({"home": "Albion"}, "away"),
        ({"home": "Albion", "away": "Borough", "date": "2026-02-30"}, "date"),
        ({"home": "Albion", "away": "Borough", "date": "2199-12-31"}, "date"),
        ({"home": "Albion", "away": "Borough", "seson": "2023"}, "seson"),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(client: Client, db: None, parameters: Any, at: str) -> None:
    told = problem(client, 400, **parameters)
    assert told["type"] == "/problems/invalid-parameters"
    assert list(told["errors"]) == [at]


def test_a_league_that_does_not_exist_is_refused_by_name(client: Client, league: League) -> None:
    assert list(problem(client, 400, home="Albion", away="Borough", league="x")["errors"]) == ["league"]


def test_a_day_before_the_first_match_is_refused_by_name(client: Client, model: ActiveModel) -> None:
    assert list(problem(client, 400, home="Albion", away="Borough", date="1850-01-01")["errors"]) == ["league"]


def test_no_day_is_looked_into_that_lies_more_than_a_year_ahead(client: Client, model: ActiveModel) -> None:
    today = timezone.now().date()
    document(client, home="Albion", away="Borough", date=today + timedelta(days=365))
    problem(client, 400, home="Albion", away="Borough", date=today + timedelta(days=368))


@pytest.mark.usefixtures("no_model", "league")
def test_without_a_model_it_is_a_503_problem(client: Client) -> None:
    assert problem(client, 503, home="Albion", away="Borough")["type"] == "/problems/no-active-model"
