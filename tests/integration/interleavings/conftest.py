"""The league, and the servers, of the interleavings."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import caches
from django.db import connection
from pytest_django import DjangoDbBlocker, Settings
from redis.exceptions import RedisError

from matches.models import League, Match
from predictions import invalidation
from predictions.cache import read_through
from predictions.cache.background import background
from predictions.cache.gate import gate
from predictions.ml.active import forget_active_model
from predictions.models import Invalidation, PublishedPrediction
from predictions.publishing import publisher
from tests.integration.database import Database, copied, in_this_process
from tests.integration.interleavings.football import UNKNOWN, Football
from tests.integration.interleavings.processes import FlightsByProcess
from tests.integration.servers import RedisServer, redis_server


@pytest.fixture(scope="session")
def league(filled_database: Database, django_db_blocker: DjangoDbBlocker) -> Iterator[Database]:
    """One for all interleavings: what they change of it does no harm to the next."""
    database = Database(f"{filled_database.name}_league", filled_database.state)
    with django_db_blocker.unblock(), copied(filled_database.name, database.name):
        yield database


@pytest.fixture(scope="session")
def server() -> Iterator[RedisServer]:
    """One for all interleavings."""
    with redis_server() as server:
        yield server


@pytest.fixture
def football(
    league: Database,
    server: RedisServer,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    django_db_blocker: DjangoDbBlocker,
) -> Iterator[Football]:
    """Background work waits until an actor does it: `background.run_queued`. Leases end only if a test evicts them."""
    settings.MODEL_DIRECTORY = league.state / "models"
    settings.CACHES = {name: {**config, "LOCATION": server.url} for name, config in settings.CACHES.items()}
    settings.LEASE_SECONDS = settings.WAIT_SECONDS = 60.0
    monkeypatch.setattr(read_through, "flights", FlightsByProcess())
    monkeypatch.setattr(background, "held", True)
    with django_db_blocker.unblock(), in_this_process(league.name):
        assert not connection.in_atomic_block, "`football` does not go with the mark `django_db`"
        _empty(server)
        _tidy()
        yield Football(server)
        background.drop_queued()
        publisher.clear()
        _forget()


def _empty(server: RedisServer) -> None:
    """As new, whatever the last test has done to it."""
    try:
        with server.client as client:
            healthy = client.info()["role"] == "master" and client.config_get("maxmemory")["maxmemory"] == "0"
            client.flushall()
    except RedisError:
        healthy = False
    if not healthy:
        server.restart_empty()
    _forget()


def _forget() -> None:
    """What this process knows of Redis and of the model."""
    cache: Any = caches["predictions"]
    cache.client.get_client(write=True).connection_pool.disconnect()
    gate.reset()
    forget_active_model()


def _tidy() -> None:
    """What tests expect of the league. Redis has not missed a purge, and the outbox is pruned, as after a while."""
    with connection.cursor() as cursor:
        # Who waits for what a standing actor holds would wait for ever.
        cursor.execute("SET lock_timeout = '20s'")
    PublishedPrediction.objects.all().delete()
    Match.objects.filter(pk=UNKNOWN).delete()
    League.objects.update(cache_ttl=6 * 3600)
    invalidation.replay()
    # Or a new server would be given the purges of all that ever changed.
    Invalidation.objects.all().delete()
