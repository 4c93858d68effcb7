from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from matches.models import Match
from tests.matches.api.conftest import MakeMatches

pytestmark = pytest.mark.django_db


def test_a_match_is_shown_with_league_teams_and_a_link_to_its_prediction(
    client: Client, make_matches: MakeMatches
) -> None:
    [match] = make_matches(1)

    response = client.get(f"/api/v1/matches/{match.pk}/")

    assert response.headers["Content-Type"] == "application/json"
    assert response.json() == {
        "id": match.pk,
        "league": {
            "code": "en.1",
            "name": "Premier League",
            "country": "en",
            "tier": 1,
            "shifted_weeks": 830,
        },
        "season": 2031,
        "kickoff": "2031-08-02T14:00:00Z",
        "kickoff_time_known": True,
        "day": "2031-08-02",
        "home_team": {"id": match.home_team_id, "name": "Team 0"},
        "away_team": {"id": match.away_team_id, "name": "Team 1"},
        "status": "scheduled",
        "score": None,
        "shots": None,
        "closing_odds": None,
        "prediction": f"/api/v1/predictions/{match.pk}/",
    }


def test_a_played_match_shows_its_score(client: Client, make_matches: MakeMatches) -> None:
    [match] = make_matches(1, status="finished", home_goals=2, away_goals=0)

    assert client.get(f"/api/v1/matches/{match.pk}/").json()["score"] == {"home": 2, "away": 0}


def test_shots_and_closing_odds_are_shown_where_they_are_known(client: Client, make_matches: MakeMatches) -> None:
    [match] = make_matches(
        1, home_shots=12, away_shots=0, closing_odds_home=1.5, closing_odds_draw=4.25, closing_odds_away=7
    )

    shown = client.get(f"/api/v1/matches/{match.pk}/").json()

    assert shown["shots"] == {"home": 12, "away": 0, "home_on_target": None, "away_on_target": None}
    assert shown["closing_odds"] == {"home": 1.5, "draw": 4.25, "away": 7.0}


def test_a_table_has_the_same_columns_whatever_is_known(client: Client, make_matches: MakeMatches) -> None:
    make_matches(1)
    before = client.get("/api/v1/matches/?format=csv").content.splitlines()[0]
    make_matches(1, status="finished", home_goals=2, away_goals=0, home_shots=3)

    header, *rows = client.get("/api/v1/matches/?format=csv").content.splitlines()

    assert header == before
    assert len(rows) == 2


def test_the_list_shows_a_match_as_its_own_address_does(client: Client, make_matches: MakeMatches) -> None:
    [match] = make_matches(1)

    [listed] = client.get("/api/v1/matches/").json()["results"]

    assert listed == client.get(f"/api/v1/matches/{match.pk}/").json()


@pytest.mark.parametrize("count", [3, 30])
def test_a_list_takes_one_query_whatever_its_length(
    client: Client, make_matches: MakeMatches, django_assert_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    make_matches(count)

    with django_assert_num_queries(1):
        assert len(client.get("/api/v1/matches/").json()["results"]) == count


def test_a_match_takes_one_query(
    client: Client, make_matches: MakeMatches, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    [match] = make_matches(1)

    with django_assert_num_queries(1):
        client.get(f"/api/v1/matches/{match.pk}/")


def test_matches_come_in_the_order_of_kickoff(client: Client, make_matches: MakeMatches) -> None:
    matches = make_matches(3, every=timedelta(hours=-1))

    results = client.get("/api/v1/matches/").json()["results"]

    assert [match["id"] for match in results] == [match.pk for match in reversed(matches)]


@pytest.mark.parametrize("path", ["/api/v1/matches/", "/api/v1/matches/{}/"])
def test_clients_are_told_to_ask_again(client: Client, make_matches: MakeMatches, path: str) -> None:
    [match] = make_matches(1)

    assert client.get(path.format(match.pk)).headers["Cache-Control"] == "no-cache"


def test_head_answers_as_get_without_the_body(client: Client, make_matches: MakeMatches) -> None:
    make_matches(1)

    response = client.head("/api/v1/matches/")

    assert (response.status_code, response.content) == (200, b"")
    assert response.headers["Content-Type"] == "application/json"


@pytest.mark.parametrize("path", ["/api/v1/matches/", "/api/v1/matches/{}/"])
def test_who_has_it_already_is_told_so(client: Client, make_matches: MakeMatches, path: str) -> None:
    [match] = make_matches(1)
    etag = client.get(path.format(match.pk)).headers["ETag"]

    assert client.get(path.format(match.pk), headers={"If-None-Match": etag}).status_code == 304

    Match.objects.filter(pk=match.pk).update(season=2032)

    assert client.get(path.format(match.pk), headers={"If-None-Match": etag}).status_code == 200


def test_a_parameter_that_one_match_does_not_know_is_refused(client: Client, make_matches: MakeMatches) -> None:
    [match] = make_matches(1)

    response = client.get(f"/api/v1/matches/{match.pk}/?season=2031")

    assert list(response.json()["errors"]) == ["season"]


def test_options_says_what_is_allowed(client: Client) -> None:
    response = client.options("/api/v1/matches/")

    assert response.status_code == 200
    assert response.headers["Allow"] == "GET, POST, HEAD, OPTIONS"


@pytest.mark.parametrize("match_id", ["0", "999999999", str(2**63 - 1), str(2**63), str(10**30)])
def test_an_id_that_no_match_has_is_not_found(client: Client, match_id: str) -> None:
    response = client.get(f"/api/v1/matches/{match_id}/")

    assert response.status_code == 404
    assert response.json()["type"] == "/problems/not-found"
    assert response.json()["detail"] == f"There is no match {match_id}."


@pytest.mark.parametrize("match_id", ["-1", "1.0", "%D9%A3", "1%00", "%00", "x", "9" * 5000, "%ED%A0%80", "1e3", "0x1"])
def test_what_is_no_id_is_not_found(client: Client, match_id: str) -> None:
    response = client.get(f"/api/v1/matches/{match_id}/")

    assert response.status_code == 404
    assert response.headers["Content-Type"] == "application/problem+json"


def test_the_link_to_the_prediction_leads_to_it(client: Client, make_matches: MakeMatches) -> None:
    from django.urls import resolve

    [match] = make_matches(1)

    found = resolve(client.get(f"/api/v1/matches/{match.pk}/").json()["prediction"])

    assert (found.url_name, found.kwargs) == ("prediction", {"match_id": match.pk})


def test_a_match_that_is_deleted_is_gone(client: Client, make_matches: MakeMatches) -> None:
    [match] = make_matches(1)
    Match.objects.get(pk=match.pk).delete()

    assert client.get(f"/api/v1/matches/{match.pk}/").status_code == 404
