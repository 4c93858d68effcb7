from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries
from rest_framework.request import Request

from matches.models import League, Match, Team, TeamAlias
from matches.signals import suggesting
from rest.problems import Problem
from tests.matches.ratings.football import FIRST_DAY, make_league, make_teams, match

pytestmark = pytest.mark.django_db

ADDRESS = "/api/v1/head-to-head/"


@pytest.fixture
def teams(league: League) -> list[Team]:
    """Two who met three times, once in another league, and are to meet again."""
    united, city = teams = make_teams("United", "City")
    TeamAlias.objects.create(team=united, country="en", name="Utd", key="utd")
    match(league, 2010, FIRST_DAY, united, city, (2, 0)).save()
    match(league, 2010, FIRST_DAY + timedelta(days=7), city, united, (1, 1)).save()
    match(make_league("en.2"), 2010, FIRST_DAY + timedelta(days=9), city, united, (4, 0)).save()
    match(league, 2010, FIRST_DAY + timedelta(days=20), united, city).save()
    return teams


def shown(client: Client, **parameters: Any) -> dict[str, Any]:
    response = client.get(ADDRESS, parameters)
    assert response.status_code == 200, response.content
    return dict(response.json())


def test_it_tells_what_the_meetings_add_up_to(client: Client, teams: list[Team]) -> None:
    united, city = teams
    told = shown(client, home="united", away="city")
    assert told["home_team"] == {"id": united.pk, "name": "United"}
    assert told["away_team"] == {"id": city.pk, "name": "City"}
    assert told["overall"] == {
        "meetings": 3,
        "home_won": 1,
        "drawn": 1,
        "away_won": 1,
        "home_goals": 3,
        "away_goals": 5,
    }
    assert told["at_home"]["meetings"] == 1


def test_the_meetings_are_matches_the_latest_first(client: Client, teams: list[Team]) -> None:
    meetings = shown(client, home="united", away="city")["results"]
    assert [meeting["day"] for meeting in meetings] == ["2010-08-23", "2010-08-21", "2010-08-14"]
    assert meetings[0] == client.get(f"/api/v1/matches/{meetings[0]['id']}/").json()


def test_names_aliases_and_ids_mean_the_same(client: Client, teams: list[Team]) -> None:
    united, city = teams
    assert shown(client, home="UTD", away="City FC") == shown(client, home=united.pk, away=city.pk)


def test_a_league_narrows_it_down(client: Client, teams: list[Team]) -> None:
    told = shown(client, home="united", away="city", league="en.2")
    assert told["overall"]["meetings"] == len(told["results"]) == 1


def test_it_comes_in_pages_with_the_same_totals(client: Client, teams: list[Team]) -> None:
    first = client.get(ADDRESS, {"home": "united", "away": "city", "page_size": "2"})
    assert first.headers["Link"] == f'<{first.json()["next"]}>; rel="next"'
    second = client.get(first.json()["next"]).json()
    assert [len(first.json()["results"]), len(second["results"])] == [2, 1]
    assert second["overall"] == first.json()["overall"]
    assert client.get(second["previous"]).json() == first.json()


def test_who_misspells_a_team_is_told_what_may_be_meant(client: Client, teams: list[Team]) -> None:
    response = client.get(ADDRESS, {"home": "Unitd", "away": "Cty"})
    assert response.status_code == 404
    assert response.json()["suggestions"] == {"home": ["United"], "away": ["City"]}
    assert response.json()["detail"] == "There is no team called “Unitd”. There is no team called “Cty”."


def test_who_listens_may_refuse_suggestions_before_any_is_looked_for(
    client: Client, teams: list[Team], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    heard = []

    def refuse(*, request: Request, names: int, **kwargs: Any) -> None:
        heard.append((request.path, names))
        raise Problem("too-many-requests", "Enough.", retry_after=7)

    suggesting.connect(refuse)
    try:
        with django_assert_num_queries(4):  # two for each name
            response = client.get(ADDRESS, {"home": "Unitd", "away": "Cty"})
        shown(client, home="United", away="City")
    finally:
        suggesting.disconnect(refuse)
    assert heard == [(ADDRESS, 2)]
    assert response.status_code == 429
    assert response.headers["Retry-After"] == "7"
    assert response.json()["type"] == "/problems/too-many-requests"


def test_who_may_mean_several_teams_is_told_which(client: Client, teams: list[Team]) -> None:
    other = Team.objects.create(name="United", country="us")
    response = client.get(ADDRESS, {"home": "United", "away": "City"})
    assert response.status_code == 400
    assert response.json()["candidates"] == {
        "home": [
            {"id": teams[0].pk, "name": "United", "country": "en"},
            {"id": other.pk, "name": "United", "country": "us"},
        ]
    }
    assert shown(client, home="United", away="City", league="en.1")["overall"]["meetings"] == 2


@pytest.mark.parametrize(
    ("parameters", "wrong"),
    [
        ({}, ["away", "home"]),
        ({"home": "", "away": "City"}, ["home"]),
        ({"home": "x" * 101, "away": "City"}, ["home"]),
        ({"home": "City", "away": "city fc"}, ["away"]),
        ({"home": "Uni\x00ted", "away": "City"}, ["home"]),
        ({"home": "United", "away": "City", "league": "x" * 33}, ["league"]),
        ({"home": "United", "away": "City", "page_size": "0"}, ["page_size"]),
        ({"home": "United", "away": "City", "cursor": "x"}, ["cursor"]),
        ({"home": "United", "away": "City", "seson": "2010"}, ["seson"]),
    ],
)
def test_what_makes_no_sense_is_named(
    client: Client, teams: list[Team], parameters: dict[str, str], wrong: list[str]
) -> None:
    response = client.get(ADDRESS, parameters)
    assert response.status_code == 400
    assert sorted(response.json()["errors"]) == wrong


@pytest.mark.parametrize("count", [1, 20])
def test_the_queries_are_as_many_however_often_they_met(
    client: Client, league: League, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    home, away = make_teams("A", "B")
    Match.objects.bulk_create(
        match(league, 2010, FIRST_DAY + timedelta(days=number), home, away, (1, 0)) for number in range(count)
    )
    with django_assert_num_queries(6):  # two for each name, the totals, the page
        assert len(shown(client, home="A", away="B")["results"]) == count
