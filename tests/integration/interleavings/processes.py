"""Threads that stand for processes: what a process shares among its callers, each keeps to itself."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from threading import current_thread

from predictions.cache.answers import Answer
from predictions.cache.flights import Boarding, Flight, Flights


class FlightsByProcess(Flights[Answer]):
    """Those of the process that the calling thread stands for: `a:reader` and `a:joiner` are in one, `b:reader` is not.

    A thread without a colon in its name, the test's own among them, is a process by itself.
    """

    def __init__(self) -> None:
        self._processes: dict[str, Flights[Answer]] = defaultdict(Flights)

    def board(self, key: str) -> Boarding[Answer]:
        return self._mine().board(key)

    def alone(self, key: str) -> Boarding[Answer]:
        return self._mine().alone(key)

    def sending(self, flights: Collection[Flight[Answer]]) -> None:
        self._mine().sending(flights)

    def land(
        self,
        flight: Flight[Answer],
        *,
        answer: Answer | None = None,
        vouched: int = 0,
        error: BaseException | None = None,
    ) -> None:
        self._mine().land(flight, answer=answer, vouched=vouched, error=error)

    def _mine(self) -> Flights[Answer]:
        return self._processes[current_thread().name.partition(":")[0]]
