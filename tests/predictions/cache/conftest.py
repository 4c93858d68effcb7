"""What tests of reading through share: a clock, a computation that can be watched, and tasks made of both."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import pytest

from predictions.cache import keys, store
from predictions.cache.answers import Answer, Computed, Part, Task
from predictions.cache.entry import ABSENCE
from predictions.cache.lifetime import Lifetime
from predictions.cache.read_through import read_through
from predictions.cache.store import Claim, Lease, Place

NOW = 1_800_000_000.0
MATCH = 7
TTL, GRACE = 60.0, 30.0


def place_of(match_id: int = MATCH) -> Place:
    return Place(match_id, keys.prediction(match_id, "model"))


PLACE = place_of()


class Clock:
    """Shows what it is set to."""

    def __init__(self, now: float = NOW) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


class Computing:
    """A computation whose bodies say how often it was called, and which does `meanwhile` whatever a test wants."""

    def __init__(self) -> None:
        self.calls: list[list[int]] = []
        self.held: list[dict[int, bytes] | None] = []
        self.ttl, self.grace = TTL, GRACE
        self.absent = False
        self.with_parts = False
        self.meanwhile: Callable[[], object] = lambda: None

    def __call__(
        self, match_ids: Sequence[int], *, held: Mapping[int, bytes] | None, now: float
    ) -> dict[int, Computed]:
        self.calls.append(list(match_ids))
        self.held.append(None if held is None else dict(held))
        self.meanwhile()
        return {match_id: self._made(match_id, now) for match_id in match_ids}

    def _made(self, match_id: int, now: float) -> Computed:
        lifetime = Lifetime(now + self.ttl, now + self.ttl + (0 if self.absent else self.grace))
        body = ABSENCE if self.absent else f"{match_id}, call {len(self.calls)}".encode()
        parts = [Part(part_key(match_id), b"part", lifetime)] if self.with_parts else []
        return Computed(body, lifetime, "en.1", parts)


def part_key(match_id: int) -> str:
    return keys.features(match_id, "schema")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def computing() -> Computing:
    return Computing()


@pytest.fixture
def task(computing: Computing, clock: Clock) -> Task:
    return Task(computing, "a model", clock)


def read_many(task: Task, *match_ids: int) -> dict[int, Answer]:
    """As the service does it."""
    places = [place_of(match_id) for match_id in match_ids]
    lookups, _ = store.look_up(places, now=task.clock())
    return {place.match_id: answer for place, answer in read_through(places, lookups, task).items()}


def read(task: Task, match_id: int = MATCH) -> Answer:
    return read_many(task, match_id)[match_id]


def claimed(place: Place = PLACE, *, seen: bytes = b"", now: float = NOW) -> Claim:
    [claim] = store.claim([(place, seen)], now=now)
    return claim


def leased(place: Place = PLACE, *, seen: bytes = b"", now: float = NOW) -> Lease:
    """The lease, taken as by another process."""
    lease = claimed(place, seen=seen, now=now).lease
    assert lease is not None
    return lease
