from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from matches.models import League, Match, Team, TeamAlias, TeamSnapshot
from matches.names import normalise
from matches.ratings.state import Ratings
from tests.matches.ratings.football import FIRST_DAY, make_league, make_teams, match

pytestmark = pytest.mark.django_db


def make_team(name: str, *aliases: str, country: str = "en") -> Team:
    team = Team.objects.create(name=name, country=country)
    for alias in aliases:
        TeamAlias.objects.create(team=team, country=country, name=alias, key=normalise(alias))
    return team


def names(client: Client, **parameters: Any) -> list[str]:
    response = client.get("/api/v1/teams/", parameters)
    assert response.status_code == 200, response.content
    return [team["name"] for team in response.json()["results"]]


def test_a_team_is_listed_with_the_other_names_it_goes_by(client: Client) -> None:
    team = make_team("Manchester United", "Manchester United", "Man Utd", "Man United")
    [shown] = client.get("/api/v1/teams/").json()["results"]
    assert shown == {
        "id": team.pk,
        "name": "Manchester United",
        "country": "en",
        "aliases": ["Man United", "Man Utd"],
    }


def test_teams_come_in_the_order_of_their_names_page_by_page(client: Client) -> None:
    for name in ("Celta", "Arsenal", "Boca"):
        make_team(name)
    make_team("Arsenal", country="ar")
    address, found = "/api/v1/teams/?page_size=1", []
    while address:
        page = client.get(address).json()
        found += [team["name"] for team in page["results"]]
        address = page["next"]
    assert found == ["Arsenal", "Arsenal", "Boca", "Celta"]


@pytest.mark.parametrize("name", ["manchester", "UNITED", "Man Utd", "utd", "man", "chester  united", "München"])
def test_a_part_of_any_name_finds_the_team(client: Client, name: str) -> None:
    wanted = make_team("Manchester United", "Man Utd")
    make_team("Bayern", "Bayern Munchen")
    make_team("Arsenal")
    assert names(client, name=name) == ["Bayern" if name == "München" else wanted.name]


def test_a_name_that_was_typed_by_hand_is_found_without_its_accents(client: Client) -> None:
    make_team("Nîmes Olympique")
    assert names(client, name="nimes") == ["Nîmes Olympique"]


def test_teams_are_chosen_by_country_and_league(client: Client, league: League) -> None:
    home, away, other = make_teams("A", "B", "C")
    make_team("D", country="de")
    match(league, 2010, FIRST_DAY, home, away).save()
    match(make_league("en.2"), 2010, FIRST_DAY, other, away).save()
    assert names(client, league="en.1") == ["A", "B"]
    assert names(client, league="en.2") == ["B", "C"]
    assert names(client, country="de") == ["D"]
    assert names(client, league="en.1", name="b") == ["B"]


@pytest.mark.parametrize(
    ("name", "value"),
    [("name", "…"), ("name", "x" * 101), ("name", "\x00"), ("country", "engl"), ("league", "x" * 33), ("nam", "x")],
)
def test_what_makes_no_sense_is_named(client: Client, name: str, value: str) -> None:
    response = client.get("/api/v1/teams/", {name: value})
    assert response.status_code == 400
    assert list(response.json()["errors"]) == [name]


@pytest.mark.parametrize("count", [1, 20])
def test_two_queries_list_them_however_many_there_are(
    client: Client, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(count):
        make_team(f"Team {number}", f"T{number}")
    with django_assert_num_queries(2):
        assert len(names(client)) == count


def test_a_team_has_its_latest_ratings_and_its_form_in_that_league(
    client: Client, league: League, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    a, b = make_teams("A", "B")
    match(make_league("en.2"), 2009, FIRST_DAY - timedelta(days=300), a, b, (9, 0)).save()
    for number, (home, away, score) in enumerate([(a, b, (2, 1)), (b, a, (1, 1)), (b, a, (3, 0))]):
        match(league, 2010, FIRST_DAY + timedelta(days=number), home, away, score).save()
    match(league, 2010, FIRST_DAY + timedelta(days=9), a, b).save()

    with django_assert_num_queries(4):
        shown = client.get(f"/api/v1/teams/{a.pk}/").json()

    latest = TeamSnapshot.objects.get(team=a, day=FIRST_DAY + timedelta(days=2))
    assert shown["ratings"] == {
        "league": "en.1",
        "season": 2010,
        "day": "2010-08-16",
        "played": 3,
        "promoted": False,
        **{name: getattr(latest, name) for name in Ratings._fields},
    }
    assert [(one["day"], one["result"]) for one in shown["form"]] == [
        ("2010-08-16", "L"),
        ("2010-08-15", "D"),
        ("2010-08-14", "W"),
    ]
    assert shown["form"][0] == {
        "match_id": Match.objects.get(day="2010-08-16").pk,
        "day": "2010-08-16",
        "home_team": "B",
        "away_team": "A",
        "home_goals": 3,
        "away_goals": 0,
        "result": "L",
    }


def test_a_result_entered_for_a_day_to_come_is_not_how_a_team_stands(client: Client, league: League) -> None:
    a, b = make_teams("A", "B")
    today = timezone.now().date()
    for number in (0, 1, 30):
        match(league, today.year, today + timedelta(days=number), a, b, (1, 0)).save()

    shown = client.get(f"/api/v1/teams/{a.pk}/").json()

    assert TeamSnapshot.objects.filter(team=a, day__gt=today).count() == 2
    assert (shown["ratings"]["day"], shown["ratings"]["played"]) == (today.isoformat(), 1)
    assert [one["day"] for one in shown["form"]] == [today.isoformat()]


def test_a_team_without_a_match_has_neither_ratings_nor_form(client: Client) -> None:
    shown = client.get(f"/api/v1/teams/{make_team('A').pk}/").json()
    assert (shown["ratings"], shown["form"]) == (None, [])


@pytest.mark.parametrize("team_id", ["0", "999999999", str(2**63), str(10**30), "-1", "%D9%A3", "1.0"])
def test_an_id_that_no_team_has_is_not_found(client: Client, team_id: str) -> None:
    response = client.get(f"/api/v1/teams/{team_id}/")
    assert response.status_code == 404
    assert response.json()["type"] == "/problems/not-found"
