from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from matches.models import League, Match
from tests.matches.api.conftest import MakeMatches
from tests.matches.ratings.football import FIRST_DAY, make_teams, match, season

pytestmark = pytest.mark.django_db

ADDRESS = "/api/v1/leagues/en.1/table/"


def table(client: Client, **parameters: Any) -> dict[str, Any]:
    response = client.get(ADDRESS, parameters)
    assert response.status_code == 200, response.content
    return dict(response.json())


def test_it_tells_what_it_is_of_and_how_each_team_has_done(client: Client, league: League) -> None:
    home, away = make_teams("A", "B")
    match(league, 2010, FIRST_DAY, home, away, (3, 1)).save()

    shown = table(client, season=2010, date="2010-08-14")

    assert shown.keys() == {"league", "season", "date", "results"}
    assert (shown["league"]["code"], shown["season"], shown["date"]) == ("en.1", 2010, "2010-08-14")
    assert shown["results"][0] == {
        "position": 1,
        "team": {"id": home.pk, "name": "A"},
        "played": 1,
        "won": 1,
        "drawn": 0,
        "lost": 0,
        "goals_for": 3,
        "goals_against": 1,
        "goal_difference": 2,
        "points": 3,
        "form": "W",
    }


def test_unless_told_it_is_of_now(client: Client, league: League) -> None:
    home, away, _ = teams = make_teams("A", "B", "C")
    Match.objects.bulk_create([*season(league, 2010, teams), *season(league, 2012, teams)])
    today = timezone.now().astimezone(league.zone).date()
    match(league, today.year + 1, today + timedelta(days=400), home, away).save()

    shown = table(client)

    assert (shown["season"], shown["date"]) == (2012, str(today))
    assert [row["played"] for row in shown["results"]] == [4, 4, 4]


def test_a_day_means_the_season_it_is_in(client: Client, league: League) -> None:
    teams = make_teams("A", "B", "C")
    Match.objects.bulk_create([*season(league, 2010, teams), *season(league, 2012, teams)])

    assert table(client, date="2011-05-01")["season"] == 2010
    assert sum(row["played"] for row in table(client, date="2010-08-14")["results"]) == 2
    assert table(client, season="2012", date="2010-08-14")["season"] == 2012


def test_as_a_file_it_has_a_row_for_each_team(client: Client, league: League) -> None:
    Match.objects.bulk_create(season(league, 2010, make_teams("A", "B", "C")))
    lines = client.get(ADDRESS, {"format": "csv"}).content.decode().splitlines()
    assert lines[0].startswith("position,team.id,team.name,played")
    assert len(lines) == 4


@pytest.mark.parametrize("parameters", [{}, {"season": "2010"}, {"date": "2010-08-14"}])
def test_without_a_match_there_is_no_table(client: Client, league: League, parameters: dict[str, str]) -> None:
    response = client.get(ADDRESS, parameters)
    assert response.status_code == 404
    assert "There are no matches" in response.json()["detail"]


@pytest.mark.parametrize("date", ["1850-01-01", "2200-12-31"])
def test_any_day_there_is_will_do(client: Client, league: League, make_matches: MakeMatches, date: str) -> None:
    make_matches(1)
    assert len(table(client, date=date)["results"]) == 2


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("season", "1066"),
        ("season", "٢٠١٤"),
        ("season", "2014/15"),
        ("season", "9" * 5000),
        ("date", "yesterday"),
        ("date", "2010-8-14"),
        ("date", "20100814"),
        ("date", "2010-02-30"),
        ("date", "٢٠١٠-٠٨-١٤"),
        ("date", "2010-08-14\x00"),
        ("date", "10000-01-01"),
        ("dates", "2010-08-14"),
        ("page_size", "5"),
    ],
)
def test_what_makes_no_sense_is_named(client: Client, league: League, name: str, value: str) -> None:
    response = client.get(ADDRESS, {name: value})
    assert response.status_code == 400
    assert list(response.json()["errors"]) == [name]


@pytest.mark.parametrize("count", [2, 7])
def test_four_queries_make_it_however_many_teams_there_are(
    client: Client, league: League, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    Match.objects.bulk_create(season(league, 2010, make_teams(*"ABCDEFG"[:count])))
    with django_assert_num_queries(4):
        assert len(table(client)["results"]) == count
