"""A circuit breaker: after some failures in a row, don't even try for a while.

M. Nygard, Release It!, 2nd edition, chapter 5.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from enum import StrEnum
from threading import Lock
from time import monotonic

logger = logging.getLogger(__name__)


class State(StrEnum):
    CLOSED = "closed"
    """All is well: everybody may call."""
    OPEN = "open"
    """Nobody may call."""
    HALF_OPEN = "half-open"
    """One caller probes whether it works again."""


class Breaker:
    """Opens after `failures` failures in a row; from `seconds` later on it lets one caller through at a time.

    A report says something of the state in which its call began. So states are numbered, whoever calls notes `era`
    before it does, and what began in an earlier era is not listened to: a slow call from before the outage neither
    closes the breaker nor, when it fails at last, opens it again. Calls that nobody asked for here may be reported too.
    """

    def __init__(self, *, failures: int, seconds: float, clock: Callable[[], float] = monotonic) -> None:
        if failures < 1 or seconds <= 0:
            raise ValueError("A breaker opens after at least 1 failure, for more than 0 seconds.")
        self._most_failures = failures
        self._seconds = seconds
        self._clock = clock
        self._lock = Lock()
        self._state = State.CLOSED
        self._era = 0
        self._failures = 0
        self._next_probe = 0.0

    @property
    def state(self) -> State:
        """It stays open until somebody asks to call, even if the time is up."""
        return self._state

    @property
    def era(self) -> int:
        """Changes with the state."""
        return self._era

    def allows(self) -> bool:
        """Whether to call. Half-open, one caller is told so; if it never reports, another is `seconds` later."""
        with self._lock:
            if self._state is State.CLOSED:
                return True
            if self._clock() < self._next_probe:
                return False
            self._enter(State.HALF_OPEN)
            return True

    def succeeded(self, era: int | None = None) -> None:
        """Report a call that worked, begun in `era` (this one unless given). Closes the breaker."""
        with self._lock:
            if era not in (None, self._era):
                return
            self._failures = 0
            if self._state is not State.CLOSED:
                self._enter(State.CLOSED)
                logger.warning("Redis answers again: it is used again.")

    def failed(self, era: int | None = None) -> None:
        """Report a call that failed, begun in `era` (this one unless given). Opens the breaker if that is enough."""
        with self._lock:
            if era not in (None, self._era):
                return
            if self._state is State.HALF_OPEN:
                self._enter(State.OPEN)
            elif self._state is State.CLOSED:
                self._failures += 1
                if self._failures >= self._most_failures:
                    self._enter(State.OPEN)
                    logger.error(
                        "Redis failed %d times in a row: only a probe every %g s until it answers again.",
                        self._failures,
                        self._seconds,
                    )

    def _enter(self, state: State) -> None:
        self._state = state
        self._era += 1
        self._next_probe = self._clock() + self._seconds
