"""Matches written over HTTP."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from access import keys
from access.models import ApiKey
from matches import entry
from matches.models import League, Match, TeamSnapshot
from matches.signals import matches_changed
from tests.matches.api.conftest import MakeClient, MakeMatches
from tests.matches.ratings.football import make_teams

pytestmark = pytest.mark.django_db

ADDRESS = "/api/v1/matches/"


@pytest.fixture
def league(db: None) -> League:
    return League.objects.create(code="en.1", name="Premier League", country="en", time_zone="Europe/London")


@pytest.fixture
def fixture(make_matches: MakeMatches) -> Match:
    """A match that is to be played on 2 August 2031 at 14:00 UTC."""
    return make_matches(1)[0]


@pytest.fixture
def body(league: League) -> dict[str, Any]:
    """What is needed to add a match."""
    home, away = make_teams("United", "City")
    return {
        "league": league.code,
        "season": 2031,
        "kickoff": "2031-08-02T14:00:00Z",
        "home_team": home.pk,
        "away_team": away.pk,
    }


def post(client: Client, body: Any, **headers: str) -> Any:
    return client.post(ADDRESS, json.dumps(body), content_type="application/json", headers=headers)


def patch(client: Client, match: Match, body: Any, **headers: str) -> Any:
    address = f"{ADDRESS}{match.pk}/"
    return client.patch(address, json.dumps(body), content_type="application/json", headers=headers)


def wrong(response: Any) -> list[str]:
    """What the answer says is wrong."""
    assert response.status_code == 400, response.content
    assert response.json()["type"] == "/problems/invalid-parameters"
    return sorted(response.json()["errors"])


def test_a_fixture_is_added_and_found_where_the_answer_says(writer: Client, body: dict[str, Any]) -> None:
    response = post(writer, body)

    assert response.status_code == 201, response.content
    match = Match.objects.get()
    assert response.headers["Location"] == f"/api/v1/matches/{match.pk}/"
    found = writer.get(response.headers["Location"])
    assert found.json() == response.json()
    assert found.headers["ETag"] == response.headers["ETag"]
    assert (match.status, match.kickoff) == ("scheduled", datetime(2031, 8, 2, 14, tzinfo=UTC))
    assert match.provenance == {"kickoff": "admin", "time": "admin"}


def test_all_that_is_known_of_a_match_is_added_at_once(writer: Client, body: dict[str, Any]) -> None:
    known = {
        "status": "awarded",
        "score": {"home": 3, "away": 0},
        "shots": {"home": 12, "away": 4, "home_on_target": 6, "away_on_target": None},
        "closing_odds": {"home": 1.5, "draw": 4, "away": 7.25},
    }

    response = post(writer, body | known)

    assert response.status_code == 201, response.content
    assert {name: response.json()[name] for name in known} == known
    assert Match.objects.get().provenance == dict.fromkeys(
        ["kickoff", "time", "status", "result", "shots", "odds"], "admin"
    )


def test_no_goals_are_a_result_too(writer: Client, body: dict[str, Any]) -> None:
    assert post(writer, body | {"score": {"home": 0, "away": 0}}).json()["status"] == "finished"
    assert Match.objects.get().provenance["result"] == "admin"


def test_who_listens_is_told_once_of_the_match(writer: Client, fixture: Match) -> None:
    told: list[Any] = []

    def listen(*, changes: Any, **kwargs: Any) -> None:
        told.extend(changes)

    matches_changed.connect(listen)
    try:
        patch(writer, fixture, {"score": {"home": 2, "away": 1}})
        patch(writer, fixture, {"score": {"home": 2, "away": 1}})
    finally:
        matches_changed.disconnect(listen)
    assert [(change.match_ids, change.ratings_moved) for change in told] == [({fixture.pk}, True)]


def test_a_result_finishes_a_match_and_the_ratings_follow(writer: Client, fixture: Match) -> None:
    response = patch(writer, fixture, {"score": {"home": 2, "away": 1}})

    assert response.status_code == 200, response.content
    assert (response.json()["status"], response.json()["score"]) == ("finished", {"home": 2, "away": 1})
    fixture.refresh_from_db()
    assert fixture.provenance == {"status": "admin", "result": "admin"}
    assert TeamSnapshot.objects.filter(day=fixture.day).count() == 2


def test_what_is_left_out_stays_as_it_is(writer: Client, make_matches: MakeMatches) -> None:
    sources = {"kickoff": "openfootball", "result": "football-data"}
    [match] = make_matches(1, status="finished", home_goals=1, away_goals=0, home_shots=7, provenance=sources)
    before = writer.get(f"{ADDRESS}{match.pk}/").json()

    response = patch(writer, match, {"closing_odds": {"home": 1.5, "draw": 4, "away": 7}})

    assert response.json() == {**before, "closing_odds": {"home": 1.5, "draw": 4.0, "away": 7.0}}
    match.refresh_from_db()
    assert match.provenance == {**sources, "odds": "admin"}


def test_shots_are_replaced_as_a_whole(writer: Client, make_matches: MakeMatches) -> None:
    [match] = make_matches(1, status="finished", home_goals=1, away_goals=0, home_shots=7, away_shots=8)

    shots = patch(writer, match, {"shots": {"home": 9}}).json()["shots"]

    assert shots == {"home": 9, "away": None, "home_on_target": None, "away_on_target": None}
    assert patch(writer, match, {"shots": None}).json()["shots"] is None


def test_a_result_is_taken_back(writer: Client, make_matches: MakeMatches) -> None:
    [match] = make_matches(1, status="finished", home_goals=1, away_goals=0)

    response = patch(writer, match, {"status": "scheduled", "score": None})

    assert (response.json()["status"], response.json()["score"]) == ("scheduled", None)


@pytest.mark.parametrize(
    "body", [{}, {"status": "scheduled"}, {"kickoff": "2031-08-02T16:00:00+02:00"}, {"score": None, "shots": None}]
)
def test_saying_what_is_known_already_changes_nothing(writer: Client, fixture: Match, body: dict[str, Any]) -> None:
    before = Match.objects.values().get()
    assert patch(writer, fixture, body).status_code == 200
    assert Match.objects.values().get() == before


@pytest.mark.parametrize(
    ("body", "kickoff", "known"),
    [
        ({"kickoff": "2031-08-05T19:45:00+01:00"}, "2031-08-05T18:45:00Z", True),
        ({"kickoff": "2031-08-05T23:30:00Z", "kickoff_time_known": False}, "2031-08-06T11:00:00Z", False),
        ({"kickoff_time_known": False}, "2031-08-02T11:00:00Z", False),
    ],
)
def test_a_kickoff_is_moved(writer: Client, fixture: Match, body: dict[str, Any], kickoff: str, known: bool) -> None:
    """London is an hour ahead of UTC then, so half past eleven at night is the next day there."""
    response = patch(writer, fixture, body)

    assert (response.json()["kickoff"], response.json()["kickoff_time_known"]) == (kickoff, known)


def test_a_time_that_was_unknown_is_known_once_it_is_said(writer: Client, make_matches: MakeMatches) -> None:
    [match] = make_matches(1, kickoff=datetime(2031, 8, 2, 11, tzinfo=UTC), kickoff_time_known=False)

    shown = patch(writer, match, {"kickoff": "2031-08-02T18:45:00Z"}).json()

    assert (shown["kickoff"], shown["kickoff_time_known"]) == ("2031-08-02T18:45:00Z", True)


def test_the_day_that_is_known_is_that_at_the_leagues_place(
    writer: Client, league: League, make_matches: MakeMatches
) -> None:
    """Where it is two in the morning of the next day."""
    league.time_zone = "Pacific/Auckland"
    league.save()
    [match] = make_matches(1)

    shown = patch(writer, match, {"kickoff_time_known": False}).json()

    assert (shown["day"], shown["kickoff"]) == ("2031-08-03", "2031-08-03T00:00:00Z")


def test_a_day_whose_time_is_unknown_leaves_the_time_to_others(writer: Client, body: dict[str, Any]) -> None:
    post(writer, body | {"kickoff_time_known": False})
    match = Match.objects.get()
    assert match.provenance == {"kickoff": "admin"}
    assert match.kickoff.hour == 11


def test_the_dates_of_a_league_that_was_moved_are_those_of_its_seasons(
    writer: Client, league: League, body: dict[str, Any]
) -> None:
    League.objects.update(shifted_weeks=830)
    assert wrong(post(writer, body)) == ["season"]
    assert post(writer, body | {"season": 2015}).status_code == 201


def test_a_match_moves_to_another_league_and_other_teams(writer: Client, fixture: Match) -> None:
    League.objects.create(code="nz.1", name="New Zealand", country="nz", time_zone="Pacific/Auckland")
    [other] = make_teams("Wellington")

    response = patch(writer, fixture, {"league": "nz.1", "home_team": other.pk})

    shown = response.json()
    assert (shown["league"]["code"], shown["home_team"]["name"], shown["day"]) == ("nz.1", "Wellington", "2031-08-03")


def test_the_season_follows_from_the_kickoff_where_that_leaves_no_doubt(writer: Client, body: dict[str, Any]) -> None:
    del body["season"]
    assert post(writer, body).json()["season"] == 2031
    assert wrong(post(writer, body | {"kickoff": "2032-06-20T14:00:00Z"})) == ["season"]


def test_the_same_match_again_is_a_conflict_that_names_the_first(writer: Client, body: dict[str, Any]) -> None:
    first = post(writer, body)

    response = post(writer, body | {"kickoff": "2031-08-02T18:00:00Z"})

    assert response.status_code == 409
    assert response.json()["type"] == "/problems/conflict"
    assert response.json()["match"] == first.headers["Location"]
    assert Match.objects.count() == 1


def test_a_match_does_not_become_another_one(writer: Client, body: dict[str, Any]) -> None:
    first = post(writer, body)
    post(writer, body | {"kickoff": "2031-08-09T14:00:00Z"})
    second = Match.objects.latest("kickoff")

    response = patch(writer, second, {"kickoff": "2031-08-02T14:00:00Z"})

    assert (response.status_code, response.json()["match"]) == (409, first.headers["Location"])
    second.refresh_from_db()
    assert second.kickoff.day == 9


def test_a_league_that_is_deleted_meanwhile_is_a_conflict(
    writer: Client, body: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    add = entry.add

    def delete_and_add(values: entry.Values) -> Match:
        League.objects.all().delete()
        return add(values)

    monkeypatch.setattr(entry, "add", delete_and_add)
    response = post(writer, body)
    assert (response.status_code, response.json()["type"]) == (409, "/problems/conflict")


def test_who_has_read_something_else_writes_nothing(writer: Client, fixture: Match) -> None:
    address = f"{ADDRESS}{fixture.pk}/"
    old = writer.get(address).headers["ETag"]
    new = patch(writer, fixture, {"score": {"home": 1, "away": 0}}, **{"If-Match": old})
    assert new.status_code == 200

    late = patch(writer, fixture, {"score": {"home": 0, "away": 1}}, **{"If-Match": old})

    assert (late.status_code, late.json()["type"]) == (412, "/problems/precondition-failed")
    assert writer.get(address).json()["score"] == {"home": 1, "away": 0}
    again = patch(writer, fixture, {"score": {"home": 0, "away": 1}}, **{"If-Match": new.headers["ETag"]})
    assert again.status_code == 200


@pytest.mark.parametrize(
    ("said", "named"),
    [
        ({"league": "xx.9"}, "league"),
        ({"league": "\x00"}, "league"),
        ({"league": 1}, "league"),
        ({"league": None}, "league"),
        ({"home_team": 10**30}, "home_team"),
        ({"home_team": 2**63 - 1}, "home_team"),
        ({"home_team": -1}, "home_team"),
        ({"home_team": "1"}, "home_team"),
        ({"home_team": True}, "home_team"),
        ({"home_team": 1.0}, "home_team"),
        ({"season": 1066}, "season"),
        ({"season": 2029}, "season"),
        ({"season": "2031"}, "season"),
        ({"kickoff": "2031-08-02"}, "kickoff"),
        ({"kickoff": "2031-08-02T14:00:00"}, "kickoff"),
        ({"kickoff": "2031-02-30T14:00:00Z"}, "kickoff"),
        ({"kickoff": "2031-08-02T25:00:00Z"}, "kickoff"),
        ({"kickoff": "0001-01-01T00:00:00+14:00"}, "kickoff"),
        ({"kickoff": "9999-12-31T23:59:59-12:00"}, "kickoff"),
        ({"kickoff": "9999-12-31T00:00:00Z"}, "kickoff"),
        ({"kickoff": "٢٠٣١-08-02T14:00:00Z"}, "kickoff"),
        ({"kickoff": 1943481600}, "kickoff"),
        ({"kickoff_time_known": "yes"}, "kickoff_time_known"),
        ({"kickoff_time_known": 1}, "kickoff_time_known"),
        ({"status": "over"}, "status"),
        ({"status": []}, "status"),
        ({"status": "finished"}, "score"),
        ({"status": "postponed", "score": {"home": 1, "away": 0}}, "status"),
        ({"score": {"home": 1}}, "score"),
        ({"score": {"home": 100, "away": 0}}, "score"),
        ({"score": {"home": -1, "away": 0}}, "score"),
        ({"score": {"home": True, "away": 0}}, "score"),
        ({"score": {"home": 1, "away": None}}, "score"),
        ({"score": {"home": 1, "away": 0, "extra": 1}}, "score"),
        ({"score": [1, 0]}, "score"),
        ({"score": "1:0"}, "score"),
        ({"shots": {"home": 1000}}, "shots"),
        ({"closing_odds": {"home": 1.5}}, "closing_odds"),
        ({"closing_odds": {"home": 1, "draw": 3, "away": 3}}, "closing_odds"),
        ({"closing_odds": {"home": 2, "draw": 3, "away": 10_001}}, "closing_odds"),
        ({"closing_odds": {"home": 2, "draw": 3, "away": 10**400}}, "closing_odds"),
        ({"closing_odds": {"home": "nan", "draw": 3, "away": 3}}, "closing_odds"),
        ({"closing_odds": {"home": None, "draw": 3, "away": 3}}, "closing_odds"),
        ({"scor": {"home": 1, "away": 0}}, "scor"),
        ({"day": "2031-08-02"}, "day"),
        ({"provenance": {}}, "provenance"),
        ({"id": 7}, "id"),
        ({"\x00": 7}, "\x00"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_written(
    writer: Client, fixture: Match, body: dict[str, Any], said: dict[str, Any], named: str
) -> None:
    before = list(Match.objects.values())
    assert wrong(post(writer, body | said)) == [named]
    assert wrong(patch(writer, fixture, said)) == [named]
    assert list(Match.objects.values()) == before


def test_a_team_does_not_play_against_itself(writer: Client, fixture: Match, body: dict[str, Any]) -> None:
    assert wrong(post(writer, body | {"away_team": body["home_team"]})) == ["away_team"]
    assert wrong(patch(writer, fixture, {"home_team": fixture.away_team_id})) == ["away_team"]


def test_what_is_needed_is_said_at_once(writer: Client, league: League) -> None:
    assert wrong(post(writer, {})) == ["away_team", "home_team", "kickoff", "league"]


@pytest.mark.parametrize("body", [[], "x", 1, None, [{}]])
def test_a_body_that_is_no_object_is_refused(writer: Client, fixture: Match, body: Any) -> None:
    assert wrong(post(writer, body)) == ["non_field_errors"]
    assert wrong(patch(writer, fixture, body)) == ["non_field_errors"]


def test_who_has_no_key_is_not_known(client: Client, fixture: Match, body: dict[str, Any]) -> None:
    for response in (post(client, body), patch(client, fixture, {})):
        assert (response.status_code, response.json()["type"]) == (401, "/problems/not-authenticated")
        assert response.headers["WWW-Authenticate"].startswith("Bearer")
    assert Match.objects.count() == 1


def test_each_way_of_writing_needs_its_own_permission(
    make_client: MakeClient, fixture: Match, body: dict[str, Any]
) -> None:
    adds, changes = make_client("add_match"), make_client("change_match")
    for response in (post(changes, body), patch(adds, fixture, {})):
        assert (response.status_code, response.json()["type"]) == (403, "/problems/forbidden")
        assert "which the key's user does not have" in response.json()["detail"]
    assert post(adds, body).status_code == 201
    assert patch(changes, fixture, {}).status_code == 200


def test_a_key_without_a_user_may_only_read(fixture: Match, body: dict[str, Any]) -> None:
    client = Client(headers={"Authorization": f"Bearer {keys.create(name='a reader').secret}"})
    assert client.get(ADDRESS).status_code == 200
    assert post(client, body).status_code == patch(client, fixture, {}).status_code == 403
    assert "This key only reads" in post(client, body).json()["detail"]


def test_a_browsers_session_is_no_key(admin_client: Client, body: dict[str, Any]) -> None:
    assert post(admin_client, body).status_code == 401


def test_a_key_that_is_revoked_writes_nothing_from_then_on(
    writer: Client, fixture: Match, body: dict[str, Any]
) -> None:
    assert patch(writer, fixture, {}).status_code == 200
    keys.revoke(ApiKey.objects.get())
    assert patch(writer, fixture, {"score": {"home": 1, "away": 0}}).status_code == 401


@pytest.mark.parametrize("match_id", ["0", "999999999", str(2**63), str(10**30)])
def test_a_match_that_there_is_not_is_not_changed(writer: Client, match_id: str) -> None:
    response = writer.patch(f"{ADDRESS}{match_id}/", "{}", content_type="application/json")
    assert (response.status_code, response.json()["type"]) == (404, "/problems/not-found")


@pytest.mark.parametrize("method", ["put", "delete", "post"])
def test_a_match_is_neither_replaced_nor_deleted(writer: Client, client: Client, fixture: Match, method: str) -> None:
    for anyone in (writer, client):
        response = getattr(anyone, method)(f"{ADDRESS}{fixture.pk}/")
        assert response.status_code == 405
        assert response.headers["Allow"] == "GET, PATCH, HEAD, OPTIONS"


def test_adding_takes_as_many_queries_however_long_the_season(
    writer: Client, body: dict[str, Any], make_matches: MakeMatches
) -> None:
    taken = []
    for day in (2, 9, 16):
        with CaptureQueriesContext(connection) as queries:
            assert post(writer, body | {"kickoff": f"2031-08-{day:02}T14:00:00Z"}).status_code == 201
        taken.append(len(queries))
        make_matches(30)
    assert taken[1] == taken[2]  # before the first, nobody knows yet which permissions there are
