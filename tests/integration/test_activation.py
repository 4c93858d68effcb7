"""Another model becomes active while real web processes serve: each of them follows, and nobody meets a cold cache."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event, Thread
from typing import Any, NamedTuple

import pytest
from django.conf import settings as django_settings
from django.test import override_settings
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from matches.models import Match
from predictions.ml import artefacts, registry
from predictions.ml.training import train
from predictions.ml.trial import ordinary_matches
from predictions.models import TrainedModel
from tests.integration import servers
from tests.integration.database import Database, own_database
from tests.integration.servers import RedisServer
from tests.integration.web import WebServer, web_server
from tests.predictor_site.processes import PROJECT, environment, eventually

WORKERS = 2
# By when every process must serve another model.
SECONDS = 2.0
# It has learnt from too few matches to be measured; the first is ten days ahead.
OPTIONS = ("--force", "--days", "30")


class Response(NamedTuple):
    asked_at: datetime
    worker: str
    version: str
    status: str
    """Cache-Status."""


@pytest.fixture(scope="module")
def redis(django_db_blocker: DjangoDbBlocker) -> Iterator[RedisServer]:
    with django_db_blocker.unblock(), servers.redis_server() as server, servers.in_this_process(server):
        yield server


@pytest.fixture(scope="module")
def database(filled_database: Database, redis: RedisServer) -> Iterator[Database]:
    with own_database(filled_database) as database:
        yield database


@pytest.fixture(scope="module")
def web(database: Database, redis: RedisServer) -> Iterator[WebServer]:
    with web_server(database=database, redis=redis, workers=WORKERS) as web:
        yield web


@pytest.fixture
def match(web: WebServer) -> Match:
    """The next match, of which each worker has told the prediction."""
    match = Match.objects.scheduled().order_by("kickoff")[0]
    with _asked_all_the_time(web, match) as answers:
        eventually(lambda: _workers(answers) == WORKERS)
    return match


def _ask(web: WebServer, match: Match) -> Response:
    asked_at = timezone.now()
    response = web.get(f"/api/v1/predictions/{match.pk}/")
    assert response.status == 200
    version = response.json()["model"]["version"]
    return Response(asked_at, response.headers["x-worker"], version, response.headers["cache-status"])


@contextmanager
def _asked_all_the_time(web: WebServer, match: Match) -> Iterator[list[Response]]:
    """While inside, somebody asks again and again."""
    answers: list[Response] = []
    done = Event()

    def ask() -> None:
        while not done.wait(0.02):
            answers.append(_ask(web, match))

    thread = Thread(target=ask)
    thread.start()
    try:
        yield answers
    finally:
        done.set()
        thread.join(30)


def _manage(database: Database, redis: RedisServer, *arguments: str) -> Any:
    """What a command says as JSON, in a process of its own."""
    env = environment(
        DATABASE_URL=database.url,
        REDIS_URL=redis.url,
        SECRET_KEY=django_settings.SECRET_KEY,
        STATE_DIR=str(database.state),
    )
    command = [sys.executable, "manage.py", *arguments, "--json"]
    return json.loads(subprocess.run(command, env=env, cwd=PROJECT, check=True, capture_output=True).stdout)


def _another() -> str:
    """The version of a candidate that has learnt something else."""
    first = Match.objects.played().order_by("kickoff")[0]
    first.home_goals = (first.home_goals or 0) + 1
    first.save()
    return train(now=timezone.now()).row.version


def _workers(answers: list[Response]) -> int:
    return len({answer.worker for answer in list(answers)})


def _late(answers: list[Response], row: TrainedModel) -> list[Response]:
    """Those that were asked for when every process must serve this model."""
    assert row.activated_at is not None
    by_then = row.activated_at + timedelta(seconds=SECONDS)
    return [answer for answer in list(answers) if answer.asked_at > by_then]


def test_every_process_serves_another_model_in_time_from_a_warm_cache_and_the_former_one_again(
    web: WebServer, database: Database, redis: RedisServer, match: Match
) -> None:
    former, new = _ask(web, match).version, _another()
    _ask(web, match)
    workers, starts = web.workers(), web.starts()
    _switch(new, former, web, match, lambda: _manage(database, redis, "activate_model", new, *OPTIONS))
    _switch(former, new, web, match, lambda: _manage(database, redis, "activate_model", "--previous", *OPTIONS))

    assert (web.workers(), web.starts()) == (workers, starts)


def _switch(version: str, former: str, web: WebServer, match: Match, activate: Callable[[], Any]) -> None:
    with _asked_all_the_time(web, match) as answers:
        eventually(lambda: _workers(answers) == WORKERS)
        computed = _computed(web)
        told = activate()
        row = TrainedModel.objects.get(version=version)
        eventually(lambda: _workers(_late(answers, row)) == WORKERS)

    assert (told["version"], told["former"]) == (version, former)
    assert told["warmed"]["computed"] + told["warmed"]["already_cached"] == told["warmed"]["matches"] > 1
    assert {answer.version for answer in _late(answers, row)} == {version}
    for worker in {answer.worker for answer in answers}:
        served = [answer.version for answer in answers if answer.worker == worker]
        assert served == sorted(served, key=[former, version].index)  # and never back
        assert {*served} == {former, version}
    assert all(answer.status.startswith("predictor; hit") for answer in answers)
    assert _computed(web) == computed


def _computed(web: WebServer) -> int:
    """How often answers were computed; what a model is tried out on, when a worker loads it, is no answer."""
    return sum(each.matches != len(ordinary_matches()) for each in web.computations())


def test_a_model_whose_artefact_was_tampered_with_is_served_by_nobody(
    web: WebServer, database: Database, match: Match
) -> None:
    """As if it had been changed between the check and the switch: every process refuses it on its own."""
    active = _ask(web, match).version
    bad = TrainedModel.objects.get(version=_another())
    artefacts.path_of(bad.sha256).write_bytes(b"something else")
    TrainedModel.objects.filter(version=active).update(status="retired")
    TrainedModel.objects.filter(pk=bad.pk).update(status="active")
    answers = [_ask(web, match) for _ in range(20)]

    assert {answer.version for answer in answers} == {active}
    eventually(lambda: web.log.read_text().count(f"Model {bad.version}: the artefact {bad.sha256} is not the one") >= 1)
    registry.activate(active)


def test_machines_that_share_no_folder_serve_the_same_model(
    database: Database, redis: RedisServer, tmp_path: Path
) -> None:
    """The web server's folder is empty; what it needs it finds in the database."""
    elsewhere = Database(database.name, tmp_path)
    with override_settings(MODEL_STORAGE="database"):
        active = registry.activate(TrainedModel.objects.get(status="active").version)
        with web_server(database=elsewhere, redis=redis, workers=1, settings={"MODEL_STORAGE": "database"}) as web:
            match = Match.objects.scheduled().order_by("kickoff")[0]
            assert _ask(web, match).version == active.version
            version = _another()
            registry.activate(version)
            eventually(lambda: _ask(web, match).version == version, within=SECONDS)
    assert not (tmp_path / "models").exists()
