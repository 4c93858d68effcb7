"""What tests of the cache and of what stands on it share."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import caches
from pytest_django import Settings
from redis.connection import AbstractConnection


@pytest.fixture(autouse=True)
def empty_cache() -> Iterator[Any]:
    """This worker's own Redis database, empty before and after; the alias that the service uses."""
    cache = caches["predictions"]
    cache.clear()
    yield cache
    cache.clear()


class RoundTrips:
    """How often something was sent to Redis since the last `reset`."""

    def __init__(self) -> None:
        self.count = 0

    def reset(self) -> None:
        self.count = 0


@pytest.fixture
def round_trips(monkeypatch: pytest.MonkeyPatch, empty_cache: Any) -> RoundTrips:
    """Counts what goes to the real server. The connection is up already, so that greeting it is not counted."""
    counter = RoundTrips()
    send = AbstractConnection.send_packed_command

    def counted(self: AbstractConnection, command: Any, check_health: bool = True) -> None:
        counter.count += 1
        send(self, command, check_health)

    monkeypatch.setattr(AbstractConnection, "send_packed_command", counted)
    return counter


@pytest.fixture
def redis_away(settings: Settings) -> None:
    """The cache's address is a port on which nobody listens."""
    config = {**settings.CACHES["predictions"], "LOCATION": "redis://127.0.0.1:1/0"}
    settings.CACHES = {**settings.CACHES, "predictions": config}
