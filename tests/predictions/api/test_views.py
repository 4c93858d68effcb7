"""A prediction over HTTP: bytes, headers and problems."""

from __future__ import annotations

import csv
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.http import http_date
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks, Settings

from access.keys import create as create_key
from matches.models import League, Match
from predictions import services
from predictions.api import asking, columns, responses
from predictions.cache import admission, keys, leading, store
from predictions.cache.answers import entry_of
from predictions.cache.background import background
from predictions.cache.invalidation import purge
from predictions.cache.store import Fill, Place
from predictions.ml.active import ActiveModel
from rest.csv_table import table
from tests.predictions.asking import upcoming
from tests.predictions.conftest import RoundTrips

pytestmark = pytest.mark.django_db


def address(match_id: object) -> str:
    return f"/api/v1/predictions/{match_id}/"


def directives(response: Any) -> dict[str, int]:
    """Those of Cache-Control that are numbers."""
    parts = [each.partition("=") for each in response.headers["Cache-Control"].split(", ")]
    return {name: int(value) for name, _, value in parts if value}


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
    assert response.headers["Cache-Control"] == "public, max-age=0, stale-while-revalidate=30, stale-if-error=600"


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
    assert response.headers["Cache-Control"].startswith("public, max-age=60, ")


@pytest.mark.usefixtures("redis_away")
def test_an_outage_of_redis_is_not_the_clients(client: Client, fixture: Match) -> None:
    response = client.get(address(fixture.pk))
    assert response.status_code == 200
    assert response.headers["Cache-Status"] == "predictor; fwd=bypass"


def test_clients_may_keep_it_for_a_minute(client: Client, fixture: Match) -> None:
    cache_control = client.get(address(fixture.pk)).headers["Cache-Control"]
    assert cache_control == "public, max-age=60, stale-while-revalidate=30, stale-if-error=600"


def test_clients_may_not_keep_it_past_kickoff(client: Client, fixture: Match) -> None:
    fixture.kickoff = timezone.now() + timedelta(seconds=30)
    fixture.save()
    asked = timezone.now()
    seconds = directives(client.get(address(fixture.pk)))
    assert 0 < seconds["max-age"] <= 30
    last = max(seconds.get(name, 0) for name in ("stale-while-revalidate", "stale-if-error"))
    assert asked + timedelta(seconds=seconds["max-age"] + last) <= fixture.kickoff


def test_what_was_waited_for_is_not_kept_past_kickoff_either(
    client: Client, fixture: Match, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, waited = fixture.kickoff - timedelta(seconds=30), timedelta(seconds=4)
    answer = services.predict(fixture.pk, now=asked)
    monkeypatch.setattr(asking, "timezone", SimpleNamespace(now=lambda: asked))
    monkeypatch.setattr(responses, "timezone", SimpleNamespace(now=lambda: asked + waited))
    response = client.get(address(fixture.pk))
    seconds = directives(response)["max-age"]
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


@pytest.mark.parametrize("name", ["If-Modified-Since", "If-Unmodified-Since"])
def test_one_that_changes_within_the_second_is_not_taken_for_the_one_before(
    client: Client, fixture: Match, name: str
) -> None:
    first = client.get(address(fixture.pk))
    # Two may be made in one second, and bear one date.
    assert "Last-Modified" not in first.headers
    response = client.get(address(fixture.pk), headers={name: http_date(timezone.now().timestamp())})
    assert response.status_code == 200


@pytest.mark.parametrize("query", ["fromat=csv", "league=en.1", "format=csv&format=json"])
def test_a_parameter_that_it_does_not_know_is_refused(client: Client, fixture: Match, query: str) -> None:
    response = client.get(f"{address(fixture.pk)}?{query}")
    assert response.status_code == 400
    assert list(response.json()["errors"]) == [query.partition("=")[0]]


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
    for status in ("predictor; fwd=miss", "predictor; hit; ttl="):
        response = client.get(address(10**9))
        assert response.headers["Cache-Status"].startswith(status)
        # By us, who notice when there is such a match, and by nobody else.
        assert response.headers["Cache-Control"] == "no-store"


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


@pytest.mark.usefixtures("known")
def test_a_hit_is_one_round_trip_and_no_query(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries, round_trips: RoundTrips
) -> None:
    [match] = upcoming(1)
    client.get(address(match.pk))
    round_trips.reset()
    with django_assert_num_queries(0):
        assert client.get(address(match.pk)).headers["Cache-Status"].startswith("predictor; hit")
    assert round_trips.count == 1


@pytest.mark.usefixtures("known")
def test_a_hit_with_a_key_that_the_process_knows_costs_no_more(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries, round_trips: RoundTrips
) -> None:
    [match] = upcoming(1)
    secret = create_key(name="Odds page").secret
    authorization = {"Authorization": f"Bearer {secret}"}
    assert client.get(address(match.pk), headers=authorization).status_code == 200
    round_trips.reset()
    with django_assert_num_queries(0):
        response = client.get(address(match.pk), headers=authorization)
    assert response.headers["Cache-Status"].startswith("predictor; hit")
    assert round_trips.count == 1


def test_a_wrong_key_is_a_401_problem_even_where_none_is_needed(client: Client, fixture: Match) -> None:
    response = client.get(address(fixture.pk), headers={"Authorization": f"Bearer pk_{'x' * 43}"})
    assert response.status_code == 401
    assert response.json()["type"] == "/problems/not-authenticated"


@pytest.mark.usefixtures("known")
def test_past_a_consumers_rate_it_is_a_429_problem_and_what_is_cached_is_served(
    client: Client, settings: Settings, estimates: list[int]
) -> None:
    settings.RATE_PER_ADDRESS = 1
    first, second = upcoming(2)
    assert client.get(address(first.pk)).status_code == 200
    response = client.get(address(second.pk))
    assert response.status_code == 429
    assert response.json()["type"] == "/problems/too-many-requests"
    assert int(response.headers["Retry-After"]) > 0
    assert estimates == [1]
    assert client.get(address(first.pk)).status_code == 200


@pytest.mark.usefixtures("known")
def test_who_asks_for_what_does_not_exist_pays_as_well(client: Client, settings: Settings) -> None:
    settings.RATE_PER_ADDRESS = 1
    assert [client.get(address(10**9 + number)).status_code for number in range(2, 4)] == [404, 429]


def test_as_csv_it_is_one_row(client: Client, fixture: Match) -> None:
    response = client.get(address(fixture.pk), headers={"Accept": "text/csv"})
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    [row] = csv.DictReader(response.content.decode().splitlines())
    document = client.get(address(fixture.pk)).json()
    assert int(row["match.id"]) == fixture.pk
    assert float(row["probabilities.home"]) == document["probabilities"]["home"]
    assert float(row["correct_score.2-1"]) == document["correct_score"]["2-1"]
    assert float(row["markets.both_to_score.fair_odds.no"]) == document["markets"]["both_to_score"]["fair_odds"]["no"]


def test_as_csv_it_has_every_number_of_the_document(client: Client, fixture: Match) -> None:
    document = client.get(address(fixture.pk)).json()
    left_out = ("form", "last_meetings", "why")
    occur = table({name: value for name, value in document.items() if name not in left_out})
    [occurring, _] = csv.reader(occur.splitlines())
    assert set(occurring) - set(columns.PREDICTION) == {
        *("match.league.country", "match.league.tier", "match.league.shifted_weeks", "match.prediction", "match.score"),
        *("with_market", "confidence"),
    }


def test_each_form_has_an_etag_of_its_own(client: Client, fixture: Match) -> None:
    etags = [client.get(address(fixture.pk), {"format": form}).headers["ETag"] for form in ("json", "csv")]
    assert etags[0] != etags[1]
    assert client.get(f"{address(fixture.pk)}?format=csv", headers={"If-None-Match": etags[1]}).status_code == 304
    assert client.get(f"{address(fixture.pk)}?format=csv", headers={"If-None-Match": etags[0]}).status_code == 200


def test_a_person_gets_a_page(client: Client, fixture: Match) -> None:
    response = client.get(address(fixture.pk), headers={"Accept": "text/html,*/*;q=0.8"})
    assert response.status_code == 200
    assert response.headers["Content-Type"].startswith("text/html")
    assert b"probabilities" in response.content


def test_caches_are_told_by_what_the_form_is_chosen(client: Client, fixture: Match) -> None:
    assert "Accept" in client.get(address(fixture.pk)).headers["Vary"]
