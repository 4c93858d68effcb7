"""A prediction over HTTP: bytes, headers and problems."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from matches.models import League, Match
from predictions import services
from predictions.api import views
from predictions.cache import admission, keys, leading, store
from predictions.cache.answers import entry_of
from predictions.cache.background import background
from predictions.cache.invalidation import purge
from predictions.cache.store import Fill, Place
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


def test_a_stale_one_says_since_when(client: Client, fixture: Match) -> None:
    League.objects.update(cache_ttl=3600)
    made = services.predict(fixture.pk, now=timezone.now() - timedelta(seconds=3700)).entry
    response = client.get(address(fixture.pk))
    assert response.content == made.body
    name, _, ttl = response.headers["Cache-Status"].rpartition("=")
    assert name == "predictor; hit; ttl"
    assert -500 < int(ttl) < -99
    assert 3700 <= int(response.headers["Age"]) < 3800
    assert response.headers["Cache-Control"] == "public, max-age=0"


def test_one_that_somebody_else_computed_says_so(
    client: Client, fixture: Match, model: ActiveModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = timezone.now()
    place = Place(fixture.pk, keys.prediction(fixture.pk, model.digest))
    [claim] = store.claim([(place, b"")], now=now.timestamp())  # by another process
    lease = claim.lease
    assert lease is not None

    def meanwhile(seconds: float) -> None:
        computed = services.compute([fixture.pk], now=now)[fixture.pk]
        entry = entry_of(computed, generation=lease.generation, stored_at=now.timestamp())
        store.fill([Fill(place, entry, lease.token)], now=now.timestamp())

    monkeypatch.setattr(leading, "sleep", meanwhile)
    assert client.get(address(fixture.pk)).headers["Cache-Status"] == "predictor; fwd=miss; stored; collapsed"


def test_one_that_changed_while_it_was_computed_is_not_stored(
    client: Client, fixture: Match, monkeypatch: pytest.MonkeyPatch
) -> None:
    predict = ActiveModel.predict

    def overtaken(self: ActiveModel, *arguments: Any) -> Any:
        purge([fixture.pk])
        return predict(self, *arguments)

    monkeypatch.setattr(ActiveModel, "predict", overtaken)
    assert client.get(address(fixture.pk)).headers["Cache-Status"] == "predictor; fwd=miss"


def test_too_many_at_once_are_a_503_problem_that_says_when_to_come_back(
    client: Client, fixture: Match, settings: Settings
) -> None:
    settings.MOST_COMPUTATIONS = settings.MOST_WAITERS = 1
    with admission.computing(patience=0), admission.waiting():
        response = client.get(address(fixture.pk))
    assert response.status_code == 503
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.json()["type"] == "/problems/overloaded"
    assert int(response.headers["Retry-After"]) > 0
    assert response.headers["Cache-Control"] == "no-store"


def test_after_kickoff_it_is_what_was_said_before(
    client: Client, fixture: Match, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    said = client.get(address(fixture.pk)).json()
    background.run_queued()
    with django_capture_on_commit_callbacks(execute=True):
        fixture.kickoff = timezone.now()
        fixture.save()
    response = client.get(address(fixture.pk))
    assert response.json()["frozen"]
    assert response.json()["probabilities"] == said["probabilities"]
    assert response.headers["Cache-Control"] == "public, max-age=60"


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


def test_what_was_waited_for_is_not_kept_past_kickoff_either(
    client: Client, fixture: Match, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, waited = fixture.kickoff - timedelta(seconds=30), timedelta(seconds=4)
    answer = services.predict(fixture.pk, now=asked)
    times = iter([asked, asked + waited])
    monkeypatch.setattr(views, "timezone", SimpleNamespace(now=lambda: next(times)))
    response = client.get(address(fixture.pk))
    seconds = int(response.headers["Cache-Control"].rpartition("=")[2])
    assert (asked + waited).timestamp() + seconds <= answer.entry.fresh_until


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
