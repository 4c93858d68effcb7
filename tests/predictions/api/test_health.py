from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from predictions.ml import artefacts, registry
from predictions.ml.active import forget_active_model
from predictions.models import TrainedModel
from tests.predictions.ml.conftest import registered

CHECKS = {"database", "migrations", "model", "redis"}


@pytest.fixture(autouse=True)
def nothing_remembered() -> Iterator[None]:
    forget_active_model()
    yield
    forget_active_model()


@pytest.fixture
def active(db: None, settings: Settings, tmp_path: Path) -> TrainedModel:
    """A model that has learnt from made-up matches, registered and active."""
    settings.MODEL_DIRECTORY = tmp_path
    row = registered(trained_at=datetime(2031, 6, 1, tzinfo=UTC))
    return registry.activate(row.version)


def test_a_process_is_alive_whatever_else_is_away(client: Client, redis_away: None) -> None:
    response = client.get("/healthz")

    assert (response.status_code, response.json()) == (200, {"status": "ok"})
    assert response.headers["Cache-Control"] == "no-store"


def test_ready_when_all_is_well(client: Client, active: TrainedModel) -> None:
    response = client.get("/readyz")

    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "no-store"
    assert response.json()["status"] == "ok"
    checks = response.json()["checks"]
    assert checks.keys() == CHECKS
    assert {check["status"] for check in checks.values()} == {"ok"}
    assert all(check["latency_ms"] >= 0 for check in checks.values())
    assert active.version in checks["model"]["message"]


def test_without_redis_it_is_degraded_and_ready(client: Client, active: TrainedModel, redis_away: None) -> None:
    response = client.get("/readyz")

    assert (response.status_code, response.json()["status"]) == (200, "degraded")
    assert response.json()["checks"]["redis"]["status"] == "failed"
    assert "ConnectionError" in response.json()["checks"]["redis"]["message"]


def test_a_redis_that_says_nothing_is_not_waited_for(client: Client, active: TrainedModel, settings: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        location = f"redis://127.0.0.1:{silent.getsockname()[1]}/0"
        config = {**settings.CACHES["predictions"], "LOCATION": location}
        settings.CACHES = {**settings.CACHES, "predictions": config}

        response = client.get("/readyz")

    assert response.json()["status"] == "degraded"
    assert "TimeoutError" in response.json()["checks"]["redis"]["message"]


def problem(response: Any) -> dict[str, Any]:
    assert response.status_code == 503
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.headers["Cache-Control"] == "no-store"
    assert response.json()["type"] == "/problems/not-ready"
    assert response.json()["checks"].keys() == CHECKS
    return dict(response.json())


@pytest.mark.django_db
def test_without_an_active_model_it_is_not_ready(client: Client) -> None:
    found = problem(client.get("/readyz"))

    assert found["detail"] == "model: None is active: run manage.py train_model."
    assert found["checks"]["model"]["status"] == "failed"
    assert found["checks"]["database"]["status"] == "ok"


def test_with_a_model_that_can_not_be_loaded_it_is_not_ready(
    client: Client, active: TrainedModel, tmp_path: Path
) -> None:
    artefacts.path_of(active.sha256).unlink()

    response = client.get("/readyz")

    assert problem(response)["detail"] == "model: The active one can't be used here; the log says why."
    assert str(tmp_path).encode() not in response.content


def test_with_migrations_to_apply_it_is_not_ready(client: Client, active: TrainedModel) -> None:
    MigrationRecorder(connection).record_unapplied("predictions", "0005_track_record")

    assert "predictions.0005_track_record" in problem(client.get("/readyz"))["detail"]


def test_being_asked_again_and_again_costs_few_queries(
    client: Client, active: TrainedModel, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client.get("/readyz")

    with django_assert_max_num_queries(4):
        client.get("/readyz")


ASK_WITHOUT_SERVERS = """
import json
import django

django.setup()
from django.test import Client

client = Client(SERVER_NAME="localhost")
for path in ("/healthz", "/readyz"):
    response = client.get(path)
    print(json.dumps([response.status_code, response.json()]))
"""


def test_without_a_database_it_is_alive_and_not_ready_and_tells_no_secrets() -> None:
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "DATABASE_URL": "postgres://some-body:pass-word@127.0.0.1:1/predictor",
        "REDIS_URL": "redis://some-body:pass-word@127.0.0.1:1/0",
    }
    done = subprocess.run(
        [sys.executable, "-c", ASK_WITHOUT_SERVERS],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    healthz, readyz = (json.loads(line) for line in done.stdout.splitlines())

    assert healthz == [200, {"status": "ok"}]
    status, found = readyz
    assert status == 503
    assert found["detail"].startswith("database: ")
    assert {name: check["status"] for name, check in found["checks"].items()} == {
        "database": "failed",
        "migrations": "unknown",
        "model": "unknown",
        "redis": "failed",
    }
    assert "some-body" not in done.stdout
    assert "pass-word" not in done.stdout


@pytest.mark.parametrize("address", ["/healthz", "/readyz"])
def test_a_probe_may_only_look(client: Client, address: str) -> None:
    response = client.post(address)

    assert response.status_code == 405
    assert response.headers["Allow"] == "GET, HEAD, OPTIONS"
    assert response.json()["type"] == "/problems/method-not-allowed"


def test_a_probe_may_accept_what_it_likes(client: Client) -> None:
    response = client.get("/healthz", headers={"accept": "text/plain"})

    assert (response.status_code, response.json()) == (200, {"status": "ok"})


def test_a_probe_may_ask_for_the_headers_only(client: Client) -> None:
    assert client.head("/healthz").status_code == 200
