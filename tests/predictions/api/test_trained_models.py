"""Trained models over HTTP, with their track records."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from predictions.models import TrainedModel
from tests.predictions.publishing import make_match, say

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]

TRAINED = datetime(2026, 3, 1, 4, 5, 6, tzinfo=UTC)
LIST = "/api/v1/models/"


def register(version: str = "20260301-abcd1234", **fields: Any) -> TrainedModel:
    values: dict[str, Any] = {
        "sha256": "0" * 64,
        "feature_schema": "f",
        "library_versions": {},
        "matches": 4000,
        "first_day": date(2014, 8, 16),
        "last_day": date(2026, 2, 28),
        "trained_at": TRAINED,
    }
    return TrainedModel.objects.create(version=version, **{**values, **fields})


def results(client: Client, url: str = LIST) -> list[dict[str, Any]]:
    response = client.get(url)
    assert response.status_code == 200, response.content
    return list(response.json()["results"])


def test_a_model_is_shown_with_what_it_learnt_from_and_how_it_did(client: Client) -> None:
    summary = {"matches": 1000, "model": {"rps": 0.2}, "base_rates": {"rps": 0.23}}
    register(
        scores={**summary, "seasons": [{"season": 2025}], "confidence": [{"from": 0.5}]},
        beats_base_rates=True,
        status="active",
        activated_at=TRAINED + timedelta(hours=1),
    )
    assert client.get(f"{LIST}20260301-abcd1234/").json() == {
        "version": "20260301-abcd1234",
        "status": "active",
        "trained_at": "2026-03-01T04:05:06Z",
        "activated_at": "2026-03-01T05:05:06Z",
        "matches": 4000,
        "first_day": "2014-08-16",
        "last_day": "2026-02-28",
        "beats_base_rates": True,
        "scores": summary,
        "track_record": None,
    }


def test_one_that_was_not_measured_has_no_scores(client: Client) -> None:
    register(scores=None)
    [shown] = results(client)
    assert (shown["scores"], shown["beats_base_rates"]) == (None, None)


@pytest.mark.parametrize("scores", [[], [1], "good", 0.2, True])
def test_scores_that_are_none_are_no_error(client: Client, scores: object) -> None:
    register("one", scores=scores)
    assert client.get(f"{LIST}one/").json()["scores"] is None
    assert results(client)[0]["scores"] is None


def test_its_track_record_stands_league_by_league_beside_the_bookmakers(client: Client) -> None:
    register("one")
    say(make_match(1, 0, odds=(2.0, 4.0, 4.0)), by="one")
    say(make_match(1, 0, league="de.1"), by="one")
    [shown] = results(client)
    published = {"rps": pytest.approx(0.145), "log_loss": pytest.approx(0.6931471805599453), "accuracy": 1.0}
    bookmakers = {"rps": pytest.approx(0.15625), "log_loss": pytest.approx(0.6931471805599453), "accuracy": 1.0}
    beside = {"matches": 1, "published": published, "bookmakers": bookmakers}
    common = {"published": published, "with_market": None}
    assert shown["track_record"] == {
        "overall": {"league": None, "name": None, "matches": 2, "bookmakers": beside, **common},
        "leagues": [
            {"league": "de.1", "name": "League de.1", "matches": 1, "bookmakers": None, **common},
            {"league": "en.1", "name": "League en.1", "matches": 1, "bookmakers": beside, **common},
        ],
    }


def test_each_has_the_record_of_what_it_said_itself(client: Client) -> None:
    for version in ("one", "other", "silent"):
        register(version)
    say(make_match(1, 0), by="one")
    say(make_match(1, 0), by="other")
    say(make_match(1, 0), by="other")
    say(make_match(1, 0), by="gone")
    records = {shown["version"]: shown["track_record"] for shown in results(client)}
    assert {version: record and record["overall"]["matches"] for version, record in records.items()} == {
        "one": 1,
        "other": 2,
        "silent": None,
    }


def test_the_list_shows_a_model_as_its_own_address_does(client: Client) -> None:
    register("one")
    say(make_match(1, 0), by="one")
    assert results(client) == [client.get(f"{LIST}one/").json()]


@pytest.mark.parametrize("count", [1, 12])
def test_a_list_takes_two_queries_whatever_its_length(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    for number in range(count):
        register(f"model-{number}")
        say(make_match(1, 0, league=f"xx.{number}"), by=f"model-{number}")
    with django_assert_num_queries(2):
        assert len(results(client)) == count


def test_a_model_takes_two_queries(client: Client, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    register("one")
    with django_assert_num_queries(2):
        client.get(f"{LIST}one/")


@pytest.mark.parametrize("apart", [timedelta(0), timedelta(hours=1)], ids=["all at once", "one by one"])
def test_the_newest_come_first_and_each_once_there_and_back(client: Client, apart: timedelta) -> None:
    for number in range(7):
        register(f"model-{number}", trained_at=TRAINED + number * apart)
    everything = [f"model-{number}" for number in reversed(range(7))]
    there, last, url = [], "", f"{LIST}?page_size=3"
    while url:
        there.append([shown["version"] for shown in results(client, url)])
        last, url = url, client.get(url).json()["next"]
    back, url = [], client.get(last).json()["previous"]
    while url:
        back.append([shown["version"] for shown in results(client, url)])
        url = client.get(url).json()["previous"]
    assert there == [everything[:3], everything[3:6], everything[6:]]
    assert back == [everything[3:6], everything[:3]]


def test_no_model_is_an_empty_list(client: Client) -> None:
    assert client.get(LIST).json() == {"next": None, "previous": None, "results": []}


def test_they_can_be_chosen_by_status(client: Client) -> None:
    for status in ("candidate", "active", "retired"):
        register(f"the-{status}", status=status)
    assert [shown["version"] for shown in results(client, f"{LIST}?status=active")] == ["the-active"]


@pytest.mark.parametrize("query", ["status=best", "statu=active", "page_size=0", "cursor=x", "page_size=501"])
def test_what_makes_no_sense_is_refused(client: Client, query: str) -> None:
    response = client.get(f"{LIST}?{query}")
    assert response.status_code == 400
    assert response.headers["Content-Type"] == "application/problem+json"
    assert list(response.json()["errors"]) == [query.partition("=")[0]]


@pytest.mark.parametrize("path", [LIST, f"{LIST}one/"])
def test_clients_are_told_to_ask_again(client: Client, path: str) -> None:
    register("one")
    assert client.get(path).headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize("version", ["none", "x" * 5000, "%00", "%D9%A3", "a b", "-1"])
def test_a_model_that_does_not_exist_is_not_found(client: Client, version: str) -> None:
    response = client.get(f"{LIST}{version}/")
    assert response.status_code == 404
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.json()["type"] == "/problems/not-found"


def test_one_takes_no_parameters_but_the_form(client: Client) -> None:
    register("one")
    response = client.get(f"{LIST}one/?status=active")
    assert response.status_code == 400
    assert list(response.json()["errors"]) == ["status"]
    assert client.get(f"{LIST}one/?format=csv").status_code == 200
