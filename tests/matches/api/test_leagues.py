from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from matches.models import League
from tests.matches.api.conftest import MakeMatches

pytestmark = pytest.mark.django_db


def make_leagues(*codes: str, **fields: Any) -> list[League]:
    return [
        League.objects.create(**{"code": code, "name": code.upper(), "country": code.split(".")[0], **fields})
        for code in codes
    ]


def codes(client: Client, **parameters: Any) -> list[str]:
    response = client.get("/api/v1/leagues/", parameters)
    assert response.status_code == 200, response.content
    return [league["code"] for league in response.json()["results"]]


def test_leagues_come_in_the_order_of_their_codes(client: Client) -> None:
    make_leagues("en.2", "de.1", "en.1")
    assert codes(client) == ["de.1", "en.1", "en.2"]


def test_pages_of_leagues_follow_each_other_there_and_back(client: Client) -> None:
    make_leagues("en.2", "de.1", "en.1")
    first = client.get("/api/v1/leagues/?page_size=2").json()
    second = client.get(first["next"]).json()
    assert [league["code"] for league in second["results"]] == ["en.2"]
    assert second["next"] is None
    assert client.get(second["previous"]).json()["results"] == first["results"]


def test_they_are_chosen_by_country_and_tier(client: Client) -> None:
    make_leagues("en.1", "de.1")
    make_leagues("en.2", tier=2)
    assert codes(client, country="en") == ["en.1", "en.2"]
    assert codes(client, tier=2) == ["en.2"]
    assert codes(client, country="de", tier=2) == []


def test_a_cursor_of_matches_is_none_of_leagues(client: Client, make_matches: MakeMatches) -> None:
    make_matches(2)
    of_matches = client.get("/api/v1/matches/?page_size=1").json()["next"]
    response = client.get(of_matches.replace("/matches/", "/leagues/"))
    assert list(response.json()["errors"]) == ["cursor"]


@pytest.mark.parametrize("name", ["country", "tier", "ordering", "code"])
def test_what_makes_no_sense_is_named(client: Client, name: str) -> None:
    response = client.get("/api/v1/leagues/", {name: "x" * 33})
    assert list(response.json()["errors"]) == [name]


def test_a_league_tells_its_seasons_and_where_its_table_is(
    client: Client, league: League, make_matches: MakeMatches, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    make_matches(2)
    make_matches(1, season=2029)

    with django_assert_num_queries(2):
        shown = client.get("/api/v1/leagues/en.1/").json()

    assert shown == {
        "code": "en.1",
        "name": "Premier League",
        "country": "en",
        "tier": 1,
        "shifted_weeks": 830,
        "time_zone": "Europe/London",
        "table": "/api/v1/leagues/en.1/table/",
        "seasons": [2029, 2031],
    }
    assert client.get(shown["table"]).status_code == 200


@pytest.mark.parametrize("code", ["en.9", "EN.1", "%00", "%D9%A3", "x" * 33, "en.1%0A", "-"])
@pytest.mark.parametrize("rest", ["", "table/"])
def test_a_league_that_there_is_not_is_not_found(client: Client, league: League, code: str, rest: str) -> None:
    response = client.get(f"/api/v1/leagues/{code}/{rest}")
    assert response.status_code == 404
    assert response.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("count", [1, 20])
def test_one_query_lists_them_however_many_there_are(
    client: Client, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    make_leagues(*(f"en.{number}" for number in range(count)))
    with django_assert_num_queries(1):
        assert len(codes(client)) == count
