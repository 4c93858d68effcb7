"""Starts the servers in order, keeps them running, and stops them in the opposite order."""

from __future__ import annotations

import sys
import time
from collections import deque
from collections.abc import Sequence
from typing import Protocol

from predictor_site.embedded.signals import Signals
from predictor_site.run.errors import RunError

# A server that dies more often than this is not brought back: starts, and the seconds they count for.
MOST_STARTS, MEMORY = 5, 60.0


class Service(Protocol):
    """A server that can be started again."""

    name: str

    def start(self) -> None: ...

    def running(self) -> bool: ...

    def stop(self) -> None: ...


def keep_running(services: Sequence[Service], signals: Signals) -> None:
    """Bring back whatever ends, until we are asked to end. Raises RunError when one keeps ending."""
    starts: deque[float] = deque(maxlen=MOST_STARTS)
    while not signals:
        for service in services:
            if not service.running():
                starts.append(time.monotonic())
                if len(starts) == MOST_STARTS and starts[-1] - starts[0] < MEMORY:
                    raise RunError(f"{service.name} keeps ending. What it said is above.")
                sys.stderr.write(f"{service.name} has ended. Starting it again.\n")
                service.stop()
                service.start()
        signals.wait()
