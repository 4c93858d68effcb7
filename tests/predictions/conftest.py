"""What tests of the cache and of what stands on it share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import caches
from django.utils import timezone
from pytest_django import Settings
from redis.connection import AbstractConnection

from matches.models import League, Match, Team
from predictions import services
from predictions.cache import counting
from predictions.cache.background import background
from predictions.cache.counting.flushing import _flusher
from predictions.cache.gate import gate
from predictions.cache.scripts import CHARGE, CLAIM, FILL, MINT, RELEASE
from predictions.ml import registry
from predictions.ml.active import ActiveModel, active_model, forget_active_model
from predictions.ml.estimator import OutcomeClassifier
from predictions.ml.training import train
from predictions.publishing import publisher
from tests.integration.servers import RedisServer, redis_server


@pytest.fixture(autouse=True)
def empty_cache(db: None) -> Iterator[Any]:
    """This worker's own Redis database, empty before and after; the alias that the service uses.

    There is no Redis without a database: every new connection asks it which purges the server has missed.
    """
    cache = caches["predictions"]
    cache.clear()
    yield cache
    cache.clear()


@pytest.fixture(autouse=True)
def fresh_process() -> Iterator[None]:
    """What a process remembers, as if it had just begun; its background work waits until a test does it."""
    gate.reset()
    background.held = True
    yield
    background.drop_queued()
    publisher.clear()
    background.held = False
    gate.reset()


class RoundTrips:
    """How often something was sent to Redis since the last `reset`."""

    def __init__(self) -> None:
        self.count = 0

    def reset(self) -> None:
        self.count = 0


@pytest.fixture
def round_trips(monkeypatch: pytest.MonkeyPatch, empty_cache: Any) -> RoundTrips:
    """Counts what goes to the real server, which is greeted already and knows all scripts."""
    counter = RoundTrips()
    client = empty_cache.client.get_client(write=True)
    for script in (CLAIM, FILL, RELEASE, MINT, CHARGE):
        client.script_load(script.source)
    send = AbstractConnection.send_packed_command

    def counted(self: AbstractConnection, command: Any, check_health: bool = True) -> None:
        counter.count += 1
        send(self, command, check_health)  # type: ignore[no-untyped-call]

    monkeypatch.setattr(AbstractConnection, "send_packed_command", counted)
    return counter


@pytest.fixture
def redis_away(settings: Settings) -> None:
    """The cache's address is a port on which nobody listens."""
    config = {**settings.CACHES["predictions"], "LOCATION": "redis://127.0.0.1:1/0"}
    settings.CACHES = {**settings.CACHES, "predictions": config}


Counted = Callable[[], dict[str, int]]
"""What this process has counted since the last call, or since the test began, by outcome; features apart."""


@pytest.fixture
def counted() -> Iterator[Counted]:
    def take() -> dict[str, int]:
        outcomes: dict[str, int] = {}
        for (layer, outcome, _), number in _flusher.collector.take().outcomes.items():
            name = str(outcome) if layer is counting.Layer.PREDICTION else f"{layer} {outcome}"
            outcomes[name] = outcomes.get(name, 0) + number
        return outcomes

    take()
    yield take
    take()


@pytest.fixture
def own_server(settings: Settings) -> Iterator[RedisServer]:
    """A Redis of the test's own, which the service uses too."""
    with redis_server(maxmemory_policy="noeviction") as server:
        settings.CACHES = {name: {**config, "LOCATION": server.url} for name, config in settings.CACHES.items()}
        yield server


def fill_up(server: RedisServer) -> None:
    """From now on it is out of memory."""
    server.config_set(maxmemory="1")


TEAMS = ["Albion", "Borough", "County", "Dynamo", "Eleven", "Fortuna"]


@pytest.fixture
def league(db: None) -> League:
    """A league with two seasons played, home and away, and a third to be played from ten days from now on."""
    league = League.objects.create(code="en.1", name="Premier League", country="en", cache_ttl=6 * 3600)
    teams = Team.objects.bulk_create(Team(name=name, country="en") for name in TEAMS)
    today = timezone.now().replace(hour=15, minute=0, second=0, microsecond=0)
    matches = []
    for season, first in ((2021, today - timedelta(days=800)), (2022, today - timedelta(days=400))):
        for number, (home, away) in enumerate(permutations(range(len(teams)), 2)):
            # The first teams are the better ones, and all outcomes occur.
            edge = away - home
            goals = {"home_goals": (6 + edge + number % 3) // 3, "away_goals": (5 - edge + number * 7 % 5) // 3}
            kickoff = first + timedelta(days=3 * number)
            matches.append(_match(league, season, kickoff, teams[home], teams[away], status="finished", **goals))
    for number, (home, away) in enumerate(permutations(range(len(teams)), 2)):
        kickoff = today + timedelta(days=10 + 3 * number)
        matches.append(_match(league, 2023, kickoff, teams[home], teams[away]))
    Match.objects.bulk_create(matches)
    return league


def _match(league: League, season: int, kickoff: datetime, home: Team, away: Team, **fields: Any) -> Match:
    return Match(league=league, season=season, kickoff=kickoff, home_team=home, away_team=away, **fields)


@pytest.fixture
def model(league: League, settings: Settings, tmp_path: Path) -> Iterator[ActiveModel]:
    """A model trained on the league, and active."""
    settings.MODEL_DIRECTORY = tmp_path
    registry.activate(train(now=timezone.now()).row.version)
    forget_active_model()
    yield active_model()
    forget_active_model()


@pytest.fixture
def no_model() -> Iterator[None]:
    """No model is active, whatever other tests have left in this process."""
    forget_active_model()
    yield
    forget_active_model()


@pytest.fixture
def fixture(model: ActiveModel) -> Match:
    """The next match to be played."""
    return Match.objects.scheduled().with_names().order_by("kickoff")[0]


@pytest.fixture
def now() -> datetime:
    return timezone.now()


@pytest.fixture
def known(model: ActiveModel, now: datetime, counted: Counted) -> ActiveModel:
    """The active model, once this process knows that it is: from then on it asks nobody."""
    services.predict(10**9 + 1, now=now)
    counted()
    return model


@pytest.fixture
def estimates(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """For how many matches each call of the estimator was."""
    calls: list[int] = []
    predict_proba = OutcomeClassifier.predict_proba

    def counting(self: OutcomeClassifier, rows: Any) -> Any:
        calls.append(len(rows))
        return predict_proba(self, rows)

    monkeypatch.setattr(OutcomeClassifier, "predict_proba", counting)
    return calls
