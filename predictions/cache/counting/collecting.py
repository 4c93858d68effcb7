"""Counting in the process: two dictionaries behind a lock, which is all that a request pays."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock

from predictions.cache.counting.histogram import bucket_of
from predictions.cache.counting.outcomes import Layer, Outcome


@dataclass(slots=True)
class Batch:
    """What was counted in some span of time. Bounded by how many leagues, outcomes and buckets there are."""

    outcomes: dict[tuple[Layer, Outcome, str], int] = field(default_factory=dict)
    """By league code, "" where it is not known."""
    times: dict[tuple[Layer, Outcome, int], int] = field(default_factory=dict)
    """By bucket of the histogram."""

    def __bool__(self) -> bool:
        return bool(self.outcomes)

    def add(self, other: Batch) -> None:
        for key, number in other.outcomes.items():
            self.outcomes[key] = self.outcomes.get(key, 0) + number
        for time, number in other.times.items():
            self.times[time] = self.times.get(time, 0) + number


class Collector:
    """Holds what was counted since the last `take`."""

    def __init__(self, *, after_fork: Callable[[], None]) -> None:
        """`after_fork` is called at the first count of a forked child, where threads of its parent don't run."""
        self._after_fork = after_fork
        self._forked = False
        self._lock = Lock()
        self._batch = Batch()

    def count(self, layer: Layer, outcome: Outcome, league: str = "", seconds: float | None = None, n: int = 1) -> None:
        """Count `n` questions or events, each of which took `seconds` if that is of interest. Never waits for Redis."""
        key = layer, outcome, league
        time = None if seconds is None else (layer, outcome, bucket_of(seconds))
        with self._lock:
            outcomes = self._batch.outcomes
            outcomes[key] = outcomes.get(key, 0) + n
            if time is not None:
                times = self._batch.times
                times[time] = times.get(time, 0) + n
        if self._forked:
            self._forked = False
            self._after_fork()

    def take(self) -> Batch:
        """What was counted, which is then the caller's."""
        with self._lock:
            taken, self._batch = self._batch, Batch()
        return taken

    def forked(self) -> None:
        """To be called in a forked child: what was counted before is the parent's, and so may be the lock."""
        self._lock = Lock()
        self._batch = Batch()
        self._forked = True
