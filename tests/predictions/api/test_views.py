"""A prediction over HTTP: bytes, headers and problems."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from matches.models import League, Match
from predictions.ml.active import ActiveModel

pytestmark = pytest.mark.django_db


def address(match_id: object) -> str:
    return f"/api/v1/predictions/{match_id}/"


def test_the_same_bytes_are_sent_whether_computed_or_cached(client: Client, fixture: Match) -> None:
    first, second = client.get(address(fixture.pk)), client.get(address(fixture.pk))
    assert first.status_code == second.status_code == 200
    assert first.headers["Content-Type"] == "application/json"
    assert first.content == second.content
    assert first.headers["ETag"] == second.headers["ETag"]


def test_it_says_how_it_was_made(client: Client, fixture: Match) -> None:
    first, second = client.get(address(fixture.pk)), client.get(address(fixture.pk))
    assert first.headers["Cache-Status"] == "predictor; fwd=miss; stored"
    assert "Age" not in first.headers
    assert second.headers["Cache-Status"].startswith("predictor; hit; ttl=")
    assert second.headers["Age"] == "0"


@pytest.mark.usefixtures("redis_away")
def test_an_outage_of_redis_is_not_the_clients(client: Client, fixture: Match) -> None:
    response = client.get(address(fixture.pk))
    assert response.status_code == 200
    assert response.headers["Cache-Status"] == "predictor; fwd=bypass"


def test_clients_may_keep_it_for_a_minute(client: Client, fixture: Match) -> None:
    assert client.get(address(fixture.pk)).headers["Cache-Control"] == "public, max-age=60"


def test_clients_may_not_keep_it_past_kickoff(client: Client, fixture: Match) -> None:
    fixture.kickoff = timezone.now() + timedelta(seconds=30)
    fixture.save()
    name, _, seconds = client.get(address(fixture.pk)).headers["Cache-Control"].partition("=")
    assert name == "public, max-age"
    assert 0 < int(seconds) <= 30


def test_a_client_that_has_it_already_is_told_so(client: Client, fixture: Match) -> None:
    etag = client.get(address(fixture.pk)).headers["ETag"]
    response = client.get(address(fixture.pk), headers={"If-None-Match": etag})
    assert response.status_code == 304
    assert response.content == b""
    assert response.headers["ETag"] == etag
    assert response.headers["Cache-Status"].startswith("predictor; hit")


def test_a_client_that_has_another_one_gets_the_new_one(client: Client, fixture: Match) -> None:
    response = client.get(address(fixture.pk), headers={"If-None-Match": '"another"'})
    assert response.status_code == 200


def test_a_condition_that_does_not_hold_is_a_412_problem(client: Client, fixture: Match) -> None:
    response = client.get(address(fixture.pk), headers={"If-Match": '"another"'})
    assert response.status_code == 412
    assert response.json()["type"] == "/problems/precondition-failed"


def test_it_was_modified_when_it_was_made(client: Client, fixture: Match) -> None:
    first = client.get(address(fixture.pk))
    made = first.headers["Last-Modified"]
    assert client.get(address(fixture.pk), headers={"If-Unmodified-Since": made}).status_code == 200
    assert client.get(address(fixture.pk), headers={"If-Modified-Since": made}).status_code == 304


def test_head_has_the_headers_and_no_body(client: Client, fixture: Match) -> None:
    full, head = client.get(address(fixture.pk)), client.head(address(fixture.pk))
    assert head.status_code == 200
    assert head.content == b""
    assert head.headers["ETag"] == full.headers["ETag"]


def test_the_document_says_how_far_dates_were_moved(client: Client, league: League, fixture: Match) -> None:
    League.objects.filter(pk=league.pk).update(shifted_weeks=575)
    assert client.get(address(fixture.pk)).json()["match"]["league"]["shifted_weeks"] == 575


@pytest.mark.parametrize("match_id", [0, 10**9, 2**63 - 1, 2**63, 10**30, "٣"])
def test_an_unknown_match_is_a_404_problem(client: Client, model: ActiveModel, match_id: object) -> None:
    response = client.get(address(match_id))
    assert response.status_code == 404
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.json()["type"] == "/problems/not-found"


def test_an_absence_is_cached_too(client: Client, model: ActiveModel) -> None:
    client.get(address(10**9))
    assert client.get(address(10**9)).headers["Cache-Status"].startswith("predictor; hit; ttl=")


@pytest.mark.parametrize("match_id", ["-1", "1.5", "x", "1e3"])
def test_what_is_no_id_is_a_404_problem(client: Client, match_id: str) -> None:
    response = client.get(address(match_id))
    assert response.status_code == 404
    assert response.headers["Content-Type"] == "application/problem+json"


@pytest.mark.usefixtures("no_model")
def test_without_a_model_it_is_a_503_problem_that_says_what_to_do(client: Client, league: League) -> None:
    response = client.get(address(1))
    assert response.status_code == 503
    assert response.json()["type"] == "/problems/no-active-model"
    assert "train_model" in response.json()["detail"]
    assert int(response.headers["Retry-After"]) > 0
