"""Leaders for tests: with somebody who follows, and with a clock instead of sleep."""

from __future__ import annotations

from collections.abc import Callable

from predictions.cache import entry as entries
from predictions.cache import keys, store
from predictions.cache.answers import Answer, Task
from predictions.cache.flights import Boarding, Flights
from predictions.cache.leading import Leader
from predictions.cache.store import Fill, Found, Lease, Place
from tests.predictions.cache.conftest import NOW, PLACE, TTL, Clock

LEASE_KEY = keys.lease(PLACE.key)
WAIT = 5.0


class Led:
    """A leader, and somebody who came before it had sent anything, for each place."""

    def __init__(self, task: Task, *places: Place, seen: bytes = b"") -> None:
        self.flights: Flights[Answer] = Flights()
        leads = {place: (self.flights.board(place.key).flight, seen) for place in places}
        self.followers = {place: self.join(place) for place in places}
        self.leader = Leader(task, self.flights, leads, deadline=task.clock() + WAIT)

    def join(self, place: Place = PLACE) -> Boarding[Answer]:
        boarding = self.flights.board(place.key)
        assert not boarding.leads
        return boarding

    def lead(self, *, away: bool = False) -> dict[Place, Answer]:
        self.leader.lead(away=away)
        return self.leader.answers

    def shared(self, place: Place = PLACE) -> Answer | None:
        """What the one who came first gets."""
        return self.followers[place].answer()


class Pauses:
    """Instead of sleeping the clock goes on, and during each pause something may happen."""

    def __init__(self, clock: Clock) -> None:
        self.seconds: list[float] = []
        self.meanwhile: Callable[[], object] = lambda: None
        self._clock = clock

    def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)
        self._clock.now += seconds
        self.meanwhile()


def filled_elsewhere(lease: Lease, body: bytes = b"from elsewhere", *, ttl: float = TTL) -> None:
    """Another process, which held this lease, has done."""
    entry = entries.make(
        generation=lease.generation, stored_at=NOW, fresh_until=NOW + ttl, stale_until=NOW + ttl + 90, body=body
    )
    assert store.fill([Fill(lease.place, entry, lease.token)], now=NOW) == [True]


def found(place: Place = PLACE) -> Found:
    [lookup], _ = store.look_up([place], now=NOW)
    return lookup.found
