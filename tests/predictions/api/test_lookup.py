"""A prediction for who knows the teams' names and not the match's id."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from matches.models import League, Match, Team, TeamAlias
from matches.names import normalise
from predictions.ml.active import ActiveModel
from tests.predictions.asking import finish
from tests.predictions.conftest import RoundTrips

pytestmark = pytest.mark.django_db

LOOKUP = "/api/v1/predictions/lookup/"


def ask(client: Client, headers: dict[str, str] | None = None, **parameters: Any) -> Any:
    return client.get(f"{LOOKUP}?{urlencode(parameters)}", headers=headers)


def found(client: Client, **parameters: Any) -> int:
    """The id of the match whose prediction is the answer."""
    response = ask(client, **parameters)
    assert response.status_code == 200, response.content
    return int(response.json()["match"]["id"])


def problem(client: Client, status: int, **parameters: Any) -> dict[str, Any]:
    response = ask(client, **parameters)
    assert response.status_code == status, response.content
    assert response.headers["Content-Type"] == "application/problem+json"
    kind = {400: "invalid-parameters", 404: "not-found", 429: "too-many-requests"}[status]
    assert response.json()["type"] == f"/problems/{kind}"
    return dict(response.json())


@pytest.fixture
def abroad(league: League) -> League:
    """Another country's league, in which a Borough plays as well, at home to a club of its own."""
    abroad = League.objects.create(code="xx.1", name="First League", country="xx")
    home, away = Team.objects.bulk_create(Team(name=name, country="xx") for name in ("Borough", "Zenith"))
    schedule(abroad, home, away, timezone.now() + timedelta(days=5))
    return abroad


def schedule(league: League, home: Team, away: Team, kickoff: Any) -> Match:
    return Match.objects.create(league=league, season=2023, kickoff=kickoff, home_team=home, away_team=away)


def test_it_is_the_prediction_itself_with_its_headers_and_its_address(client: Client, fixture: Match) -> None:
    address = f"/api/v1/predictions/{fixture.pk}/"
    itself = client.get(address)
    response = ask(client, home="Albion", away="Borough", date=fixture.day)
    assert response.content == itself.content
    assert response.headers["Content-Location"] == address
    same = ("ETag", "Content-Type", "Vary")
    assert {name: response.headers[name] for name in same} == {name: itself.headers[name] for name in same}
    assert response.headers["Cache-Status"].startswith("predictor; hit; ttl=")
    assert response.headers["Cache-Control"].startswith("public, max-age=60, stale-while-revalidate=30")


def test_who_has_it_already_is_told_so(client: Client, fixture: Match) -> None:
    etag = client.get(f"/api/v1/predictions/{fixture.pk}/").headers["ETag"]
    response = ask(client, {"If-None-Match": etag}, home="Albion", away="Borough")
    assert response.status_code == 304
    assert response.headers["Content-Location"] == f"/api/v1/predictions/{fixture.pk}/"


def test_without_a_date_it_is_the_next_meeting(client: Client, fixture: Match) -> None:
    later = schedule(fixture.league, fixture.home_team, fixture.away_team, fixture.kickoff + timedelta(days=500))
    assert found(client, home="Albion", away="Borough") == fixture.pk
    finish(fixture, 1, 0)
    assert found(client, home="Albion", away="Borough") == later.pk


def test_a_day_of_the_past_is_looked_up_too(client: Client, model: ActiveModel) -> None:
    played = Match.objects.played().filter(home_team__name="Albion", away_team__name="Borough").order_by("kickoff")[0]
    assert found(client, home="Albion", away="Borough", date=played.day) == played.pk


@pytest.mark.parametrize("name", ["albion", "ALBION F.C.", "Älbion", " Albion "])
def test_spelling_that_differs_in_accents_capitals_and_punctuation_does_not_matter(
    client: Client, fixture: Match, name: str
) -> None:
    assert found(client, home=name, away="Borough") == fixture.pk


def test_a_team_goes_by_its_other_names(client: Client, fixture: Match) -> None:
    name = "The Throstles"
    TeamAlias.objects.create(team=fixture.home_team, country="en", name=name, key=normalise(name))
    assert found(client, home=name, away="Borough") == fixture.pk


def test_a_team_goes_by_its_id(client: Client, fixture: Match) -> None:
    assert found(client, home=fixture.home_team_id, away=fixture.away_team_id) == fixture.pk


def test_the_next_meeting_tells_which_of_two_teams_of_one_name_is_meant(
    client: Client, fixture: Match, abroad: League
) -> None:
    assert found(client, home="Albion", away="Borough") == fixture.pk


def test_the_league_tells_them_apart(client: Client, fixture: Match, abroad: League) -> None:
    team = Team.objects.create(name="Zenith", country="en")
    borough = Team.objects.get(name="Borough", country="en")
    schedule(fixture.league, borough, team, timezone.now() + timedelta(days=6))
    expected = Match.objects.get(league=abroad).pk
    assert found(client, home="Borough", away="Zenith", league="xx.1") == expected


def test_the_league_tells_apart_two_meetings_of_the_same_teams(client: Client, fixture: Match) -> None:
    cup = League.objects.create(code="en.cup", name="Cup", country="en")
    sooner = schedule(cup, fixture.home_team, fixture.away_team, timezone.now() + timedelta(days=1))
    assert found(client, home="Albion", away="Borough") == sooner.pk
    assert found(client, home="Albion", away="Borough", league="en.1") == fixture.pk


@pytest.mark.parametrize("dated", [True, False])
def test_several_that_may_be_meant_are_named(client: Client, fixture: Match, abroad: League, dated: bool) -> None:
    team = Team.objects.create(name="Zenith", country="en")
    borough = Team.objects.get(name="Borough", country="en")
    kickoff = Match.objects.get(league=abroad).kickoff
    here = schedule(fixture.league, borough, team, kickoff)
    parameters = {"date": here.day} if dated else {}
    candidates = problem(client, 400, home="Borough", away="Zenith", **parameters)["candidates"]
    assert [(one["league"], one["prediction"]) for one in candidates] == [
        (match.league.code, f"/api/v1/predictions/{match.pk}/")
        for match in Match.objects.filter(away_team__name="Zenith").order_by("kickoff", "pk")
    ]


def test_a_team_that_is_not_known_is_a_404_with_what_may_have_been_meant(client: Client, league: League) -> None:
    told = problem(client, 404, home="Albian", away="Borogh")
    assert told["suggestions"] == {"home": ["Albion"], "away": ["Borough"]}
    assert "“Albian”" in told["detail"]
    assert "Did you mean Albion?" in told["detail"]


def test_what_is_suggested_is_found(client: Client, fixture: Match) -> None:
    [name] = problem(client, 404, home="Albian", away="Borough")["suggestions"]["home"]
    assert found(client, home=name, away="Borough") == fixture.pk


def test_where_nothing_is_like_it_nothing_is_suggested(client: Client, league: League) -> None:
    assert problem(client, 404, home="Qqqqqqqq", away="Borough")["suggestions"] == {"home": []}


def test_a_day_on_which_they_do_not_meet_is_a_404_with_their_nearest_meetings(client: Client, fixture: Match) -> None:
    away = Match.objects.get(home_team=fixture.away_team, away_team=fixture.home_team, season=2023)
    told = problem(client, 404, home="Albion", away="Borough", date=fixture.day + timedelta(days=1))
    nearest = told["suggestions"]["matches"]
    assert [one["match_id"] for one in nearest[:2]] == [fixture.pk, away.pk]
    assert nearest[0] == {
        "match_id": fixture.pk,
        "league": "en.1",
        "day": fixture.day.isoformat(),
        "home_team": "Albion",
        "away_team": "Borough",
        "prediction": f"/api/v1/predictions/{fixture.pk}/",
    }
    assert len(nearest) == 5


def test_two_that_do_not_meet_any_more_are_a_404(client: Client, fixture: Match) -> None:
    finish(fixture, 1, 0)
    told = problem(client, 404, home="Albion", away="Borough")
    assert "no match of Albion at home to Borough from now on" in told["detail"]
    assert fixture.pk in [one["match_id"] for one in told["suggestions"]["matches"]]


def test_a_league_that_does_not_exist_is_refused_by_name(client: Client, league: League) -> None:
    assert list(problem(client, 400, home="Albion", away="Borough", league="en.9")["errors"]) == ["league"]


@pytest.mark.parametrize(
    ("parameters", "at"),
    [
        ({"home": "Albion"}, "away"),
        ({"away": "Albion"}, "home"),
        ({"home": "", "away": "x"}, "home"),
        ({"home": "x" * 101, "away": "x"}, "home"),
        ({"home": "a\0b", "away": "x"}, "home"),
        ({"home": "a", "away": "b", "date": "2026-13-01"}, "date"),
        ({"home": "a", "away": "b", "date": "2026-8-1"}, "date"),
        ({"home": "a", "away": "b", "date": "２０２６-08-01"}, "date"),
        ({"home": "a", "away": "b", "date": "tomorrow"}, "date"),
        ({"home": "a", "away": "b", "date": "9999-12-31"}, "date"),
        ({"home": "a", "away": "b", "day": "2026-08-01"}, "day"),
        ({"home": "a", "away": "b", "league": "x" * 33}, "league"),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(client: Client, db: None, parameters: Any, at: str) -> None:
    assert list(problem(client, 400, **parameters)["errors"]) == [at]


@pytest.mark.parametrize("day", ["1850-01-01", "2200-12-31"])
def test_any_day_in_a_season_may_be_asked_for(client: Client, fixture: Match, day: str) -> None:
    problem(client, 404, home="Albion", away="Borough", date=day)


@pytest.mark.parametrize("away", ["Albion", "albion f.c.", "id"])
def test_a_team_does_not_play_against_itself(client: Client, fixture: Match, away: str) -> None:
    team = fixture.home_team
    told = problem(client, 400, home=team.pk, away=team.pk if away == "id" else away)
    assert told["errors"] == {"away": ["A team cannot play against itself."]}


def test_two_teams_of_one_name_may_meet(client: Client, fixture: Match, abroad: League) -> None:
    here, there = Team.objects.filter(name="Borough").order_by("country")
    meeting = schedule(fixture.league, here, there, timezone.now() + timedelta(days=6))
    assert found(client, home="Borough", away="Borough") == meeting.pk


def test_any_name_may_be_asked_for(client: Client, league: League) -> None:
    for name in ("٣", "9" * 30, "-1", "<script>", "'; --", "%00", "a" * 100, "\r\nSet-Cookie: a=b", "½", "ß" * 100):
        problem(client, 404, home=name, away="Borough")


@pytest.mark.usefixtures("known")
def test_a_cached_one_takes_five_queries_and_one_round_trip(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries, round_trips: RoundTrips
) -> None:
    found(client, home="Albion", away="Borough")
    round_trips.reset()
    with django_assert_num_queries(5):
        found(client, home="Albion", away="Borough")
    assert round_trips.count == 1


def test_suggestions_are_paid_for(client: Client, league: League, settings: Settings) -> None:
    settings.RATE_PER_ADDRESS = 1
    problem(client, 404, home="Albian", away="Borough")
    problem(client, 429, home="Albian", away="Borough")


def test_nearest_meetings_are_paid_for(client: Client, fixture: Match, settings: Settings) -> None:
    settings.RATE_PER_ADDRESS = 1
    problem(client, 404, home="Albion", away="Borough", date="2001-01-01")
    problem(client, 429, home="Albion", away="Borough", date="2001-01-01")
