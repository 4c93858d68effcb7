"""Callers of the same key within one process share one computation, and one wait for another process's.

An answer may be shared with a caller only if something vouches for it that was sent after that caller came: a fill that
was accepted, a look at Redis that found the entry valid, or the first step of a computation of which nothing was read
before. So every such step is numbered as it is sent, and whoever joins notes how many had been sent already.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from threading import Event, Lock
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(slots=True, eq=False)
class Flight(Generic[T]):
    """One caller at work on a key, and what came of it."""

    key: str
    sent: int = 0
    """How many steps that could vouch for an answer have been sent."""
    landed: Event = field(default_factory=Event)
    answer: T | None = None
    vouched: int = 0
    """The number of the step that vouches for the answer."""
    error: BaseException | None = None


@dataclass(frozen=True, slots=True)
class Boarding(Generic[T]):
    """A caller's place on a flight: at its head, or among those who wait for it."""

    flight: Flight[T]
    leads: bool
    sent: int = 0
    """How many steps had been sent when the caller came."""

    def answer(self) -> T | None:
        """The answer once it has landed, if this caller may have it. Raises what the computation raised."""
        if self.flight.error is not None:
            raise self.flight.error
        return self.flight.answer if self.flight.vouched > self.sent else None


class Flights(Generic[T]):
    """What is being worked on in this process."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._flying: dict[str, Flight[T]] = {}

    def board(self, key: str) -> Boarding[T]:
        """Join whoever is at work on `key`, or take the lead."""
        with self._lock:
            if flight := self._flying.get(key):
                return Boarding(flight, leads=False, sent=flight.sent)
            self._flying[key] = flight = Flight(key)
            return Boarding(flight, leads=True)

    def alone(self, key: str) -> Boarding[T]:
        """Take the lead with nobody to follow: for those who shared in vain."""
        return Boarding(Flight(key), leads=True)

    def sending(self, flights: Collection[Flight[T]]) -> None:
        """The leader is about to send a step that may vouch. Who comes from now on came after it."""
        with self._lock:
            for flight in flights:
                flight.sent += 1

    def land(
        self, flight: Flight[T], *, answer: T | None = None, vouched: int = 0, error: BaseException | None = None
    ) -> None:
        """The leader has done. Later callers start anew."""
        with self._lock:
            if self._flying.get(flight.key) is flight:
                del self._flying[flight.key]
            flight.answer, flight.vouched, flight.error = answer, vouched, error
        flight.landed.set()
