"""Random pauses at the points where a thread can be overtaken: Redis commands, queries, commits, critical sections."""

from __future__ import annotations

import contextlib
import random
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

from predictions.cache.flights import Flights
from predictions.ml.active import ActiveModel
from tests.integration import points
from tests.integration.points import Point

# How often to pause, and for how many seconds on average. Longest where most can go wrong meanwhile: while a model is
# at work, before the commit, a claim or a fill, and when an answer is stored but its flight has not landed.
ELSEWHERE = 0.02, 0.05
PAUSES = {
    "ActiveModel.predict": (0.25, 0.08),
    "COMMIT": (0.1, 0.05),
    "Flights.land": (0.2, 0.15),
    "EVALSHA": (0.2, 0.1),
}
SECONDS_MOST = 0.6


class Jitter:
    """Each thread draws from a sequence of its own, which begins with its name."""

    def __init__(self, seed: str) -> None:
        self._seed = seed
        self._local = threading.local()

    @property
    def random(self) -> random.Random:
        """This thread's."""
        if (own := getattr(self._local, "random", None)) is None:
            own = self._local.random = random.Random(f"{self._seed} {threading.current_thread().name}")
        return own

    @contextlib.contextmanager
    def never(self) -> Iterator[None]:
        """Not in this thread while inside."""
        self._local.never = True
        try:
            yield
        finally:
            self._local.never = False

    def pause(self, point: Point) -> None:
        if getattr(self._local, "never", False):
            return
        often, seconds = max(PAUSES.get(name, ELSEWHERE) for name in point.names)
        if self.random.random() < often:
            time.sleep(min(self.random.expovariate(1 / seconds), SECONDS_MOST))

    @contextlib.contextmanager
    def everywhere(self) -> Iterator[None]:
        """In all threads of this process."""

        def query(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
            self.pause(Point("database", (sql.split(None, 1)[0].upper(),)))
            return execute(sql, params, many, context)

        def connected(connection: BaseDatabaseWrapper, **kwargs: Any) -> None:
            if query not in connection.execute_wrappers:
                connection.execute_wrappers.append(query)

        connection_created.connect(connected)
        try:
            with points.everywhere(self.pause), pytest.MonkeyPatch.context() as patch:
                points.calls(patch, self.pause, Flights, [])
                points.calls(patch, self.pause, ActiveModel, ["predict"])
                yield
        finally:
            connection_created.disconnect(connected)
