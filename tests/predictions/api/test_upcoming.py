"""The predictions of the coming matches, page by page."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks, Settings

from matches.models import League, Match, Team
from predictions import services
from predictions.ml.active import ActiveModel
from tests.predictions.asking import finish, upcoming
from tests.predictions.conftest import RoundTrips

pytestmark = pytest.mark.django_db

LIST = "/api/v1/predictions/"


def ask(client: Client, url: str = LIST, **headers: str) -> Any:
    response = client.get(url, headers=headers)
    assert response.status_code == 200, response.content
    return response


def ids(client: Client, query: str = "") -> list[int]:
    return [item["match_id"] for item in ask(client, f"{LIST}?{query}").json()["results"]]


@pytest.mark.usefixtures("model")
def test_they_come_in_the_order_of_kickoff_twenty_to_a_page(client: Client) -> None:
    assert ids(client) == [match.pk for match in upcoming(20)]


def test_an_item_is_as_in_a_batch(client: Client, fixture: Match) -> None:
    batch = client.post("/api/v1/predictions/batch/", {"match_ids": [fixture.pk]}, content_type="application/json")
    [of_batch] = batch.json()["results"]
    [item] = ask(client, f"{LIST}?page_size=1").json()["results"]
    cache_status = item.pop("cache_status")
    assert cache_status.startswith("predictor; hit; ttl=")
    assert item.items() < of_batch.items()


@pytest.mark.usefixtures("known")
@pytest.mark.parametrize("count", [1, 20])
def test_the_number_of_queries_does_not_depend_on_the_number_of_predictions(
    client: Client,
    count: int,
    django_assert_num_queries: DjangoAssertNumQueries,
    round_trips: RoundTrips,
    estimates: list[int],
) -> None:
    with django_assert_num_queries(3):
        assert len(ids(client, f"page_size={count}")) == count
    assert round_trips.count == 4
    assert estimates == [count]
    round_trips.reset()
    with django_assert_num_queries(1):
        ids(client, f"page_size={count}")
    assert round_trips.count == 1


@pytest.mark.usefixtures("known")
def test_a_page_of_fifty_takes_no_more_queries(
    client: Client, league: League, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    kickoff = timezone.now() + timedelta(days=2)
    home, away = Team.objects.order_by("-pk")[:2]
    Match.objects.bulk_create(
        Match(league=league, season=2023, kickoff=kickoff + timedelta(days=n), home_team=home, away_team=away)
        for n in range(50)
    )
    with django_assert_num_queries(3):
        assert len(ids(client, "page_size=50")) == 50


@pytest.mark.usefixtures("model")
def test_pages_follow_each_other_there_and_back(client: Client) -> None:
    everything = [match.pk for match in upcoming(30)]
    first = ask(client, f"{LIST}?page_size=12")
    second = ask(client, first.json()["next"])
    third = ask(client, second.json()["next"])
    pages = [[item["match_id"] for item in page.json()["results"]] for page in (first, second, third)]
    assert pages == [everything[:12], everything[12:24], everything[24:]]
    assert (first.json()["previous"], third.json()["next"]) == (None, None)
    assert [item["match_id"] for item in ask(client, second.json()["previous"]).json()["results"]] == pages[0]


@pytest.mark.usefixtures("model")
def test_the_pages_beside_are_named_in_a_header_too(client: Client) -> None:
    response = ask(client, f"{LIST}?page_size=2")
    assert response.headers["Link"] == f'<{response.json()["next"]}>; rel="next"'


@pytest.mark.usefixtures("model")
def test_the_last_can_come_first(client: Client) -> None:
    assert ids(client, "ordering=-kickoff&page_size=30") == [match.pk for match in reversed(upcoming(30))]


@pytest.fixture
def other(model: ActiveModel, league: League) -> Match:
    """A match of another league, between teams of the first."""
    other = League.objects.create(code="en.2", name="Championship", country="en")
    home, away = Team.objects.order_by("-pk")[:2]
    kickoff = timezone.now() + timedelta(days=300)
    return Match.objects.create(league=other, season=2023, kickoff=kickoff, home_team=home, away_team=away)


def test_they_can_be_chosen_by_league(client: Client, other: Match) -> None:
    assert ids(client, "league=en.2") == [other.pk]


def test_they_can_be_chosen_by_team(client: Client, fixture: Match) -> None:
    team = fixture.home_team_id
    theirs = [match.pk for match in upcoming(30) if team in (match.home_team_id, match.away_team_id)]
    assert ids(client, f"team={team}") == theirs


def test_they_can_be_chosen_by_season_and_by_date(client: Client, fixture: Match) -> None:
    day = fixture.kickoff.date()
    assert ids(client, f"date_to={day}") == [fixture.pk]
    assert ids(client, f"season=2023&date_from={day}&date_to={day}") == [fixture.pk]
    assert ids(client, "season=2024") == []


def test_what_has_kicked_off_is_left_out(client: Client, fixture: Match) -> None:
    Match.objects.filter(pk=fixture.pk).update(kickoff=timezone.now() - timedelta(hours=1))
    assert fixture.pk not in ids(client)


def test_what_has_kicked_off_is_there_for_who_asks_from_an_earlier_date(client: Client, fixture: Match) -> None:
    Match.objects.filter(pk=fixture.pk).update(kickoff=timezone.now() - timedelta(hours=1))
    assert ids(client, f"date_from={timezone.now().date() - timedelta(days=1)}")[0] == fixture.pk


@pytest.mark.usefixtures("model")
def test_those_that_have_been_played_are_there_for_who_asks_for_them(client: Client) -> None:
    first, second = upcoming(2)
    assert ids(client, "status=finished&season=2023") == []
    finish(first, 1, 0)
    assert first.pk not in ids(client)
    assert ids(client, "status=finished&season=2023") == [first.pk]
    assert ids(client)[0] == second.pk


@pytest.mark.parametrize(
    "query", ["leag=en.1", "status=x", "page_size=101", "page_size=0", "cursor=x", "date_from=x", "team=-1", "format=x"]
)
def test_what_makes_no_sense_is_refused(client: Client, db: None, query: str) -> None:
    response = client.get(f"{LIST}?{query}")
    assert response.status_code == 400
    assert response.headers["Content-Type"] == "application/problem+json"
    assert list(response.json()["errors"]) == [query.partition("=")[0]]


def test_where_none_are_coming_the_list_is_empty(client: Client, db: None) -> None:
    assert ask(client).json() == {"next": None, "previous": None, "results": []}


def test_it_may_be_kept_as_long_as_each_of_its_items(client: Client, fixture: Match) -> None:
    Match.objects.filter(pk=fixture.pk).update(kickoff=timezone.now() + timedelta(seconds=30))
    directives = ask(client).headers["Cache-Control"].split(", ")
    assert directives[0] == "public"
    seconds = {name: int(value) for name, _, value in (each.partition("=") for each in directives[1:])}
    assert 0 < seconds["max-age"] <= 30
    assert seconds["max-age"] + max(seconds.values()) <= 60
    assert (
        ask(client, f"{LIST}?date_from={timezone.now() + timedelta(days=1):%Y-%m-%d}")
        .headers["Cache-Control"]
        .startswith("public, max-age=60, ")
    )


@pytest.mark.usefixtures("model")
def test_it_says_of_all_together_how_they_were_made(client: Client) -> None:
    first, *_ = upcoming(2)
    services.predict(first.pk, now=timezone.now())
    statuses = [ask(client, f"{LIST}?page_size={size}").headers["Cache-Status"] for size in (1, 2, 2)]
    assert statuses[0].startswith("predictor; hit; ttl=")
    assert statuses[1] == "predictor; fwd=partial"
    assert statuses[2].startswith("predictor; hit; ttl=")


@pytest.mark.usefixtures("model")
def test_who_has_the_same_predictions_already_is_told_so(client: Client) -> None:
    first = ask(client, f"{LIST}?page_size=3")
    response = client.get(f"{LIST}?page_size=3", headers={"If-None-Match": first.headers["ETag"]})
    assert response.status_code == 304
    assert response.content == b""
    assert client.get(f"{LIST}?page_size=2", headers={"If-None-Match": first.headers["ETag"]}).status_code == 200


def test_who_has_another_prediction_of_the_same_match_gets_the_new_one(
    client: Client, fixture: Match, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    etag = ask(client).headers["ETag"]
    with django_capture_on_commit_callbacks(execute=True):
        fixture.home_team.name = "Albion Rovers"
        fixture.home_team.save()
    response = client.get(LIST, headers={"If-None-Match": etag})
    assert response.status_code == 200
    assert b"Albion Rovers" in response.content


@pytest.mark.usefixtures("model")
def test_as_csv_each_prediction_is_a_row(client: Client) -> None:
    response = ask(client, f"{LIST}?format=csv&page_size=2")
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    header, *rows = response.content.decode().splitlines()
    assert header.startswith("match_id,status,cache_status,age,etag,")
    assert [row.split(",")[:2] for row in rows] == [[str(match.pk), "200"] for match in upcoming(2)]


@pytest.mark.usefixtures("model")
def test_as_a_page_for_a_person_it_is_html(client: Client) -> None:
    response = ask(client, accept="text/html")
    assert response.headers["Content-Type"].startswith("text/html")
    assert b"probabilities" in response.content


@pytest.mark.usefixtures("model")
def test_past_a_consumers_rate_it_is_a_429_problem(client: Client, settings: Settings) -> None:
    settings.RATE_PER_ADDRESS = 3
    ids(client, "page_size=3")
    response = client.get(f"{LIST}?page_size=4")
    assert response.status_code == 429
    assert int(response.headers["Retry-After"]) > 0


@pytest.mark.usefixtures("no_model", "league")
def test_without_a_model_it_is_a_503_problem(client: Client) -> None:
    response = client.get(LIST)
    assert response.status_code == 503
    assert response.json()["type"] == "/problems/no-active-model"


@pytest.mark.usefixtures("redis_away", "model")
def test_an_outage_of_redis_is_not_the_clients(client: Client) -> None:
    response = ask(client)
    assert response.headers["Cache-Status"] == "predictor; fwd=bypass"
    assert {item["cache_status"] for item in response.json()["results"]} == {"predictor; fwd=bypass"}
