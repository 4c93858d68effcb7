"""/metrics: what all processes have counted, and what answers, in a form that Prometheus can read."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import pytest
from django.test import Client
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_openmetrics
from prometheus_client.parser import text_string_to_metric_families as parse
from pytest_django import DjangoAssertNumQueries, Settings

from matches.models import Match
from predictions.api import metrics
from predictions.cache import counting
from predictions.cache.breaker import State
from predictions.cache.counting import Layer, Outcome
from predictions.cache.counting.flushing import _flusher
from predictions.cache.gate import gate
from predictions.ml.active import ActiveModel
from predictions.models import Invalidation
from tests.predictions.conftest import Counted, RoundTrips

Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]


@pytest.fixture(autouse=True)
def nothing_counted(counted: Counted) -> None:
    """Of what other tests did in this process."""


def read(client: Client) -> Samples:
    response = client.get("/metrics")
    assert response.status_code == 200
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in parse(response.content.decode())
        for sample in family.samples
    }


def value(samples: Samples, name: str, **labels: str) -> float | None:
    return samples.get((name, frozenset(labels.items())))


def count(*what: Any, **more: Any) -> None:
    counting.count(*what, **more)
    assert counting.flush()


def test_answers_are_counted_by_layer_outcome_and_league(client: Client) -> None:
    count(Layer.PREDICTION, Outcome.HIT, "en.1", n=3)
    count(Layer.PREDICTION, Outcome.MISS, "de.1")
    samples = read(client)
    assert value(samples, "predictor_answers_total", layer="prediction", outcome="hit", league="en.1") == 3
    assert value(samples, "predictor_answers_total", layer="prediction", outcome="miss", league="de.1") == 1


def test_what_an_earlier_minute_counted_still_counts(client: Client) -> None:
    counting.count(Layer.PREDICTION, Outcome.HIT, "en.1")
    _flusher.flush(now=1_000_000_000)
    counting.count(Layer.PREDICTION, Outcome.HIT, "en.1")
    _flusher.flush(now=1_000_000_000 + 3600)
    assert value(read(client), "predictor_answers_total", layer="prediction", outcome="hit", league="en.1") == 2


def test_events_are_counted_apart(client: Client) -> None:
    count(Layer.FEATURES, Outcome.CORRUPT, n=2)
    samples = read(client)
    assert value(samples, "predictor_cache_events_total", layer="features", event="corrupt") == 2
    assert not any(name == "predictor_answers_total" for name, _ in samples)


def test_a_real_question_is_counted(client: Client, fixture: Match) -> None:
    for _ in range(2):
        assert client.get(f"/api/v1/predictions/{fixture.pk}/").status_code == 200
    counting.flush()
    samples = read(client)
    assert value(samples, "predictor_answers_total", layer="prediction", outcome="miss", league="en.1") == 1
    assert value(samples, "predictor_answers_total", layer="prediction", outcome="hit", league="en.1") == 1


def test_times_are_a_cumulative_histogram(client: Client) -> None:
    for seconds in (0.00001, 0.001, 0.001, 100.0):
        count(Layer.PREDICTION, Outcome.HIT, "en.1", seconds=seconds)
    buckets = {
        float(dict(labels)["le"]): number
        for (name, labels), number in read(client).items()
        if name == "predictor_answer_seconds_bucket"
    }
    assert buckets[6.4e-05] == 1
    assert buckets[0.000512] == 1
    assert buckets[0.001024] == 3
    assert buckets[float("inf")] == 4
    assert [buckets[bound] for bound in sorted(buckets)] == sorted(buckets.values())


def test_leagues_beyond_the_busiest_are_one(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metrics, "MOST_LEAGUES", 2)
    for league, number in (("en.1", 5), ("de.1", 4), ("fr.1", 2), ("it.1", 1), ("", 7)):
        count(Layer.PREDICTION, Outcome.HIT, league, n=number)
    by_league = {
        dict(labels)["league"]: number
        for (name, labels), number in read(client).items()
        if name == "predictor_answers_total"
    }
    assert by_league == {"en.1": 5, "de.1": 4, "other": 3, "": 7}


def test_the_server_says_how_much_memory_it_uses(client: Client) -> None:
    samples = read(client)
    assert value(samples, "predictor_redis_up") == 1
    assert (value(samples, "predictor_redis_memory_bytes") or 0) > 0
    assert value(samples, "predictor_redis_evicted_keys_total") is not None


@pytest.mark.usefixtures("redis_away")
def test_without_redis_it_answers_and_says_so(client: Client) -> None:
    samples = read(client)
    assert value(samples, "predictor_redis_up") == 0
    assert value(samples, "predictor_database_up") == 1
    assert not any(name.startswith("predictor_answers") for name, _ in samples)


def test_an_address_that_is_none_is_no_error_either(client: Client, settings: Settings) -> None:
    config = {**settings.CACHES["predictions"], "LOCATION": "redis://127.0.0.1:port/0"}
    settings.CACHES = {**settings.CACHES, "predictions": config}
    assert value(read(client), "predictor_redis_up") == 0


ASK_WITHOUT_SERVERS = """
import django

django.setup()
from django.test import Client

response = Client(SERVER_NAME="localhost").get("/metrics")
assert response.status_code == 200, response.status_code
print(response.content.decode())
"""


def test_without_any_server_it_answers_says_so_and_tells_no_secrets() -> None:
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "DATABASE_URL": "postgres://some-body:pass-word@127.0.0.1:1/predictor",
        "REDIS_URL": "redis://some-body:pass-word@127.0.0.1:1/0",
    }
    command = [sys.executable, "-c", ASK_WITHOUT_SERVERS]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "predictor_database_up 0.0" in done.stdout
    assert "predictor_redis_up 0.0" in done.stdout
    assert "pass-word" not in done.stdout + done.stderr


def test_the_breaker_has_one_state(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    breaker = gate._get_breaker()
    for _ in range(3):
        breaker.failed()
    assert gate.state is State.OPEN
    samples = read(client)
    states = {state: value(samples, "predictor_breaker", state=state) for state in State}
    assert states == {State.OPEN: 1, State.CLOSED: 0, State.HALF_OPEN: 0}


def test_purges_that_wait_are_counted(client: Client) -> None:
    Invalidation.objects.create(match_ids=[1])
    assert value(read(client), "predictor_purges_pending") == 1


def test_the_active_model_says_when_it_was_trained(client: Client, model: ActiveModel) -> None:
    trained = value(read(client), "predictor_model_trained_timestamp_seconds", version=model.version)
    assert trained == pytest.approx(model.trained_at.timestamp())


def test_it_costs_two_queries_and_two_round_trips(
    client: Client, round_trips: RoundTrips, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    round_trips.reset()
    with django_assert_num_queries(2):
        client.get("/metrics")
    assert round_trips.count == 2


def test_nobody_keeps_it(client: Client) -> None:
    assert client.get("/metrics").headers["Cache-Control"] == "no-store"


def test_openmetrics_is_to_be_had(client: Client) -> None:
    count(Layer.PREDICTION, Outcome.HIT, "en.1", seconds=0.001)
    response = client.get("/metrics", headers={"accept": "application/openmetrics-text; version=1.0.0"})
    assert response.headers["Content-Type"].startswith("application/openmetrics-text")
    names = {family.name for family in parse_openmetrics(response.content.decode())}
    assert {"predictor_answers", "predictor_answer_seconds", "predictor_build"} <= names


def test_plain_text_is_the_default(client: Client) -> None:
    assert client.get("/metrics").headers["Content-Type"].startswith("text/plain; version=0.0.4")


@pytest.mark.parametrize("accept", ["application/json", "image/png"])
def test_whatever_is_accepted_it_answers(client: Client, accept: str) -> None:
    assert client.get("/metrics", headers={"accept": accept}).status_code == 200
