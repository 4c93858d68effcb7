"""How many absences may be kept a minute, so that a flood of unknown ids costs Redis bounded memory."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from functools import cache
from threading import Lock
from time import monotonic

from django.conf import settings

MINUTE = 60.0


class AbsenceCap:
    """At most `per_minute` in any 60 seconds, wherever they begin.

    A window that is emptied on the minute, or a bucket that refills while it is drained, lets twice as many through in
    some 60 seconds. An absence lives that long, so here the cap is also the most that Redis holds. What is remembered
    are the times of those admitted within the last minute, and so no more than `per_minute`.
    """

    def __init__(self, per_minute: int, clock: Callable[[], float] = monotonic) -> None:
        if per_minute < 0:
            raise ValueError(f"A cap is 0 or more, not {per_minute}.")
        self._per_minute = per_minute
        self._clock = clock
        self._lock = Lock()
        self._admitted: deque[float] = deque()

    def admits(self) -> bool:
        """Whether one more may be kept; if so, it is counted."""
        with self._lock:
            now = self._clock()
            while self._admitted and self._admitted[0] <= now - MINUTE:
                self._admitted.popleft()
            if len(self._admitted) >= self._per_minute:
                return False
            self._admitted.append(now)
            return True


def admit() -> bool:
    """Whether this process may keep one more. Each process has the cap of the settings to itself."""
    return _cap(settings.ABSENCES_PER_MINUTE).admits()


@cache
def _cap(per_minute: int) -> AbsenceCap:
    return AbsenceCap(per_minute)
