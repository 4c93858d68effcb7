"""A leader that finds another process at work waits for it, in bounds, and takes over."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from pytest_django import Settings

from predictions.cache import admission, leading
from predictions.cache.admission import Overloaded
from predictions.cache.answers import Source, Task
from predictions.cache.invalidation import purge
from predictions.cache.leading import LONGEST_PAUSE, SHORTEST_PAUSE
from predictions.cache.store import Found, Lease
from tests.predictions.cache.conftest import MATCH, NOW, PLACE, Clock, Computing, leased, place_of
from tests.predictions.cache.leaders import LEASE_KEY, WAIT, Led, Pauses, filled_elsewhere, found
from tests.predictions.conftest import RoundTrips


@pytest.fixture
def led(task: Task) -> Led:
    return Led(task, PLACE)


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch, clock: Clock) -> Pauses:
    pauses = Pauses(clock)
    monkeypatch.setattr(leading, "sleep", pauses)
    return pauses


class TestWaitingForAnotherProcess:
    @pytest.fixture(autouse=True)
    def elsewhere(self) -> Lease:
        """Held by another process."""
        return leased()

    def test_it_waits_for_the_entry_and_does_not_compute(
        self, led: Led, computing: Computing, pauses: Pauses, elsewhere: Lease
    ) -> None:
        def meanwhile() -> None:
            if len(pauses.seconds) == 3:
                filled_elsewhere(elsewhere)

        pauses.meanwhile = meanwhile
        answer = led.lead()[PLACE]
        assert (answer.source, answer.stored, answer.collapsed) == (Source.MISS, True, True)
        assert answer.entry.body == b"from elsewhere"
        assert led.shared() == answer
        assert computing.calls == []

    def test_it_takes_over_when_the_lease_has_run_out(
        self, led: Led, computing: Computing, pauses: Pauses, empty_cache: Any
    ) -> None:
        pauses.meanwhile = lambda: len(pauses.seconds) == 3 and empty_cache.delete(LEASE_KEY)
        answer = led.lead()[PLACE]
        assert (answer.stored, answer.collapsed) == (True, False)
        assert len(computing.calls) == 1
        assert len(pauses.seconds) == 3

    def test_it_takes_over_when_an_invalidation_voids_the_lease(
        self, led: Led, computing: Computing, pauses: Pauses, elsewhere: Lease
    ) -> None:
        pauses.meanwhile = lambda: purge([MATCH])
        led.lead()
        assert len(computing.calls) == 1
        assert computing.held[0] != {MATCH: elsewhere.generation}

    def test_pauses_grow_up_to_a_twentieth_of_a_second_and_each_is_one_round_trip(
        self, led: Led, pauses: Pauses, round_trips: RoundTrips
    ) -> None:
        with pytest.raises(Overloaded):
            led.lead()
        assert pauses.seconds[:5] == [SHORTEST_PAUSE, 0.01, 0.02, 0.04, LONGEST_PAUSE]
        assert max(pauses.seconds) == LONGEST_PAUSE
        assert round_trips.count == len(pauses.seconds)

    def test_it_gives_up_when_its_time_is_over_and_leaves_the_others_to_theirs(
        self, led: Led, pauses: Pauses, clock: Clock
    ) -> None:
        with pytest.raises(Overloaded, match="takes too long"):
            led.lead()
        assert clock.now == pytest.approx(NOW + WAIT)
        assert led.followers[PLACE].flight.landed.is_set()
        assert led.shared() is None
        assert led.flights.board(PLACE.key).leads

    def test_who_has_no_place_to_wait_gives_up_and_leaves_the_others_theirs(self, led: Led, settings: Settings) -> None:
        settings.MOST_WAITERS = 1
        with admission.waiting(), pytest.raises(Overloaded, match="wait"):
            led.lead()
        assert led.shared() is None

    def test_it_takes_one_place_to_wait_and_gives_it_back(self, led: Led, pauses: Pauses, elsewhere: Lease) -> None:
        holders: list[int] = []

        def meanwhile() -> None:
            holders.append(admission.waiters().holders)
            filled_elsewhere(elsewhere)

        pauses.meanwhile = meanwhile
        led.lead()
        assert holders == [1]
        assert admission.waiters().holders == 0

    def test_what_it_holds_it_fills_before_it_waits(self, task: Task, pauses: Pauses, elsewhere: Lease) -> None:
        led = Led(task, PLACE, place_of(8))
        landed: list[object] = []

        def meanwhile() -> None:
            landed.append((found(place_of(8)), led.followers[place_of(8)].flight.landed.is_set()))
            filled_elsewhere(elsewhere)

        pauses.meanwhile = meanwhile
        answers = led.lead()
        assert landed == [(Found.FRESH, True)]
        assert [answers[place].collapsed for place in (PLACE, place_of(8))] == [True, False]

    def test_a_lease_taken_later_is_computed_from_a_later_read(
        self, task: Task, computing: Computing, pauses: Pauses, empty_cache: Any
    ) -> None:
        pauses.meanwhile = lambda: empty_cache.delete(LEASE_KEY)
        Led(task, PLACE, place_of(8)).lead()
        assert computing.calls == [[8], [MATCH]]

    @pytest.mark.django_db(transaction=True)
    def test_it_holds_no_database_connection(self, led: Led, pauses: Pauses, elsewhere: Lease) -> None:
        connection.ensure_connection()
        connected: list[bool] = []

        def meanwhile() -> None:
            connected.append(connection.connection is not None)
            filled_elsewhere(elsewhere)

        pauses.meanwhile = meanwhile
        led.lead()
        assert connected == [False]
