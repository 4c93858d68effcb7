"""Many predictions in one request: each in its place, with a status of its own."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from access.keys import create as create_key
from matches.models import League, Match
from predictions import services
from predictions.api.batch import MOST_IDS
from predictions.ml.active import ActiveModel
from tests.predictions.asking import UNKNOWN, upcoming
from tests.predictions.conftest import RoundTrips

pytestmark = pytest.mark.django_db

BATCH = "/api/v1/predictions/batch/"


def ask(client: Client, body: object, **headers: str) -> Any:
    return client.post(BATCH, json.dumps(body), content_type="application/json", headers=headers)


def results(client: Client, match_ids: list[int]) -> list[dict[str, Any]]:
    response = ask(client, {"match_ids": match_ids})
    assert response.status_code == 200, response.content
    return list(response.json()["results"])


def errors(client: Client, body: object) -> dict[str, Any]:
    response = ask(client, body)
    assert response.status_code == 400, response.content
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.json()["type"] == "/problems/invalid-parameters"
    return dict(response.json()["errors"])


@pytest.mark.usefixtures("model")
def test_each_is_answered_in_its_place_with_its_own_cache_status(client: Client) -> None:
    stale, fresh, missing = (match.pk for match in upcoming(3))
    League.objects.update(cache_ttl=3600)
    services.predict(stale, now=timezone.now() - timedelta(seconds=3700))
    services.predict(fresh, now=timezone.now())

    items = results(client, [missing, UNKNOWN, stale, -5, fresh, 10**30])

    assert [item["match_id"] for item in items] == [missing, UNKNOWN, stale, -5, fresh, 10**30]
    assert [item["status"] for item in items] == [200, 404, 200, 404, 200, 404]
    statuses = [item["cache_status"] for item in items]
    assert statuses[0] == statuses[1] == "predictor; fwd=miss; stored"
    assert statuses[2].startswith("predictor; hit; ttl=-")
    assert statuses[3] == statuses[5] == "predictor; fwd=miss"
    assert statuses[4].startswith("predictor; hit; ttl=3")
    assert [items[place]["age"] // 100 for place in (0, 2, 4)] == [0, 37, 0]


@pytest.mark.usefixtures("model")
def test_one_that_is_named_twice_is_answered_twice(client: Client) -> None:
    first, second = (match.pk for match in upcoming(2))
    items = results(client, [first, second, first])
    assert [item["match_id"] for item in items] == [first, second, first]
    assert items[0] == items[2]


def test_a_prediction_is_byte_for_byte_what_it_is_alone(client: Client, fixture: Match) -> None:
    alone = client.get(f"/api/v1/predictions/{fixture.pk}/")
    response = ask(client, {"match_ids": [UNKNOWN, fixture.pk]})
    assert b'"prediction":' + alone.content + b"}" in response.content
    assert response.json()["results"][1]["etag"] == alone.headers["ETag"]


@pytest.mark.usefixtures("model")
def test_what_is_not_there_is_a_problem_in_its_place(client: Client) -> None:
    [item] = results(client, [UNKNOWN])
    assert item.keys() == {"match_id", "status", "cache_status", "problem"}
    assert item["problem"] == {
        "type": "/problems/not-found",
        "title": "There is no such thing",
        "status": 404,
        "detail": f"There is no match {UNKNOWN}.",
    }


@pytest.mark.usefixtures("known")
@pytest.mark.parametrize("count", [2, 20])
def test_misses_take_two_queries_four_round_trips_and_one_call_of_the_estimator_however_many(
    client: Client,
    count: int,
    django_assert_num_queries: DjangoAssertNumQueries,
    round_trips: RoundTrips,
    estimates: list[int],
) -> None:
    match_ids = [match.pk for match in upcoming(count)]
    with django_assert_num_queries(2):
        results(client, match_ids)
    assert round_trips.count == 4
    assert estimates == [count]


@pytest.mark.usefixtures("known")
def test_hits_take_one_round_trip_and_no_query(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries, round_trips: RoundTrips
) -> None:
    match_ids = [match.pk for match in upcoming(20)]
    results(client, match_ids)
    round_trips.reset()
    with django_assert_num_queries(0):
        results(client, match_ids)
    assert round_trips.count == 1


@pytest.mark.usefixtures("known")
def test_who_reads_many_with_a_key_that_the_process_knows_costs_no_more(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    body = {"match_ids": [match.pk for match in upcoming(3)]}
    authorization = f"Bearer {create_key(name='Odds page').secret}"
    ask(client, body, authorization=authorization)
    with django_assert_num_queries(0):
        assert ask(client, body, authorization=authorization).status_code == 200


@pytest.mark.usefixtures("model")
def test_as_many_as_are_allowed_are_answered(client: Client) -> None:
    assert len(results(client, [-number for number in range(MOST_IDS)])) == MOST_IDS


def test_more_are_refused_with_the_number_that_is_allowed(client: Client, db: None) -> None:
    [message] = errors(client, {"match_ids": [1] * (MOST_IDS + 1)})["match_ids"]
    assert "500" in message


@pytest.mark.parametrize("value", [True, 1.0, 1.5, "1", "x", None, [1], {"id": 1}])
def test_what_is_no_whole_number_is_refused_by_its_place(client: Client, db: None, value: object) -> None:
    assert list(errors(client, {"match_ids": [1, 2, value, 3]})["match_ids"]) == ["2"]


@pytest.mark.parametrize(
    ("body", "at"),
    [
        ({"match_ids": []}, "match_ids"),
        ({}, "match_ids"),
        ({"match_ids": None}, "match_ids"),
        ({"match_ids": 1}, "match_ids"),
        ({"match_ids": "123"}, "match_ids"),
        ({"match_ids": {"1": 1}}, "match_ids"),
        ({"match_ids": [1], "model": "other"}, "model"),
        ([1, 2], "non_field_errors"),
        ("x", "non_field_errors"),
        (None, "non_field_errors"),
    ],
)
def test_what_is_no_list_of_ids_is_refused_by_name(client: Client, db: None, body: object, at: str) -> None:
    assert list(errors(client, body)) == [at]


@pytest.mark.parametrize("body", [b"", b"{", b"[1", b'{"match_ids": [' + b"9" * 5000 + b"]}", b"\xff"])
def test_what_is_no_json_is_a_problem(client: Client, db: None, body: bytes) -> None:
    response = client.post(BATCH, body, content_type="application/json")
    assert response.status_code == 400
    assert response.headers["Content-Type"] == "application/problem+json"


@pytest.mark.usefixtures("model")
def test_it_is_kept_by_nobody(client: Client) -> None:
    headers = ask(client, {"match_ids": [-1]}).headers
    assert headers["Cache-Control"] == "no-store"
    assert "ETag" not in headers


@pytest.mark.usefixtures("model")
def test_as_csv_each_item_is_a_row(client: Client) -> None:
    match = upcoming(1)[0]
    response = ask(client, {"match_ids": [match.pk, UNKNOWN]}, accept="text/csv")
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    header, row, other = response.content.decode().splitlines()
    assert header.startswith("match_id,status,cache_status,")
    assert row.startswith(f"{match.pk},200,predictor; ")
    assert other.startswith(f"{UNKNOWN},404,predictor; ")


@pytest.mark.usefixtures("model")
def test_past_a_consumers_rate_nothing_is_computed_and_hits_are_served(
    client: Client, settings: Settings, estimates: list[int]
) -> None:
    settings.RATE_PER_ADDRESS = 2
    first, second, third = (match.pk for match in upcoming(3))
    results(client, [first, second])
    estimates.clear()
    refused = ask(client, {"match_ids": [first, third]})
    assert refused.status_code == 429
    assert refused.json()["type"] == "/problems/too-many-requests"
    assert int(refused.headers["Retry-After"]) > 0
    assert estimates == []
    assert {item["status"] for item in results(client, [first, second])} == {200}


@pytest.mark.usefixtures("no_model", "league")
def test_without_a_model_all_of_it_is_a_503_problem(client: Client) -> None:
    response = ask(client, {"match_ids": [1]})
    assert response.status_code == 503
    assert response.json()["type"] == "/problems/no-active-model"


def test_there_is_nothing_to_get(client: Client, model: ActiveModel) -> None:
    response = client.get(BATCH)
    assert response.status_code == 405
    assert response.headers["Allow"] == "POST, OPTIONS"


@pytest.mark.parametrize("query", ["fromat=csv", "match_ids=1", "format=csv&format=json"])
def test_a_parameter_that_it_does_not_know_is_refused(client: Client, db: None, query: str) -> None:
    response = client.post(f"{BATCH}?{query}", {"match_ids": [1]}, content_type="application/json")
    assert response.status_code == 400
    assert list(response.json()["errors"]) == [query.partition("=")[0]]


def test_ids_that_are_given_twice_over_are_refused(client: Client, db: None) -> None:
    response = client.post(BATCH, b'{"match_ids": [1], "match_ids": [2]}', content_type="application/json")
    assert response.status_code == 400
    assert "'match_ids'" in response.json()["detail"]
