"""Reading through: what is served, what is computed, and who computes it for whom."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event
from typing import Any

import pytest
from django.db import connection
from pytest_django import Settings

from predictions.cache import admission, leading, read_through, store
from predictions.cache.admission import Overloaded
from predictions.cache.answers import Answer, Source, Task
from predictions.cache.flights import Boarding, Flights
from predictions.cache.gate import gate
from predictions.cache.invalidation import purge
from tests.integration.points import call, redis
from tests.integration.schedule import Schedule
from tests.predictions.cache.conftest import (
    GRACE,
    MATCH,
    NOW,
    PLACE,
    TTL,
    Clock,
    Computing,
    leased,
    place_of,
    read,
    read_many,
)
from tests.predictions.conftest import Counted, RoundTrips

SOON = 20.0


class TestServing:
    def test_the_first_caller_computes_and_the_second_is_served_the_same_bytes(
        self, task: Task, computing: Computing, clock: Clock
    ) -> None:
        first = read(task)
        clock.now += 1
        second = read(task)
        assert (first.source, first.stored) == (Source.MISS, True)
        assert second == Answer(first.entry, Source.HIT)
        assert len(computing.calls) == 1

    def test_a_stale_entry_is_served_and_nobody_waits(self, task: Task, computing: Computing, clock: Clock) -> None:
        first = read(task)
        clock.now += TTL
        assert read(task) == Answer(first.entry, Source.STALE)
        assert len(computing.calls) == 1

    def test_an_entry_past_its_grace_is_computed_anew(self, task: Task, clock: Clock) -> None:
        read(task)
        clock.now += TTL + GRACE
        answer = read(task)
        assert (answer.source, answer.stored, answer.entry.body) == (Source.MISS, True, b"7, call 2")

    def test_an_entry_is_computed_anew_after_an_invalidation(self, task: Task, counted: Counted) -> None:
        read(task)
        purge([MATCH])
        assert read(task).entry.body == b"7, call 2"
        assert counted()["void"] == 1

    def test_what_was_computed_from_before_an_invalidation_is_nobody_elses(
        self, task: Task, computing: Computing
    ) -> None:
        computing.meanwhile = lambda: purge([MATCH])  # somebody commits a change after we have read the old state
        assert not read(task).stored
        computing.meanwhile = lambda: None
        assert read(task).entry.body == b"7, call 2"

    def test_an_error_of_the_computation_reaches_the_caller_and_is_not_kept(
        self, task: Task, computing: Computing
    ) -> None:
        def fail() -> None:
            raise LookupError("no model")

        computing.meanwhile = fail
        with pytest.raises(LookupError):
            read(task)
        computing.meanwhile = lambda: None
        assert read(task).stored

    def test_a_damaged_entry_is_logged_counted_computed_anew_and_replaced(
        self, task: Task, empty_cache: Any, caplog: pytest.LogCaptureFixture, counted: Counted
    ) -> None:
        read(task)
        empty_cache.set(PLACE.key, b"damaged")
        with caplog.at_level(logging.WARNING):
            assert read(task).source is Source.MISS
        assert "not one of ours" in caplog.text
        assert counted()["corrupt"] == 1
        assert read(task).source is Source.HIT

    def test_an_absence_is_kept_too(self, task: Task, computing: Computing) -> None:
        computing.absent = True
        first, second = read(task), read(task)
        assert first.entry.is_absence
        assert second == Answer(first.entry, Source.HIT)

    def test_redis_away_means_computing_each_time(self, task: Task, computing: Computing) -> None:
        answers = [read_through.read_through([PLACE], None, task)[PLACE] for _ in range(2)]
        assert [(answer.source, answer.stored) for answer in answers] == [(Source.BYPASS, False)] * 2
        assert computing.held == [None, None]

    def test_redis_lost_after_the_look_up_is_an_outage(self, task: Task, computing: Computing) -> None:
        lookups, _ = store.look_up([PLACE], now=NOW)
        gate.owe(True)
        assert read_through.read_through([PLACE], lookups, task)[PLACE].source is Source.BYPASS


class TestMany:
    def test_each_is_answered_from_where_it_is(self, task: Task, computing: Computing, clock: Clock) -> None:
        read(task, 1)  # stale by the time
        clock.now += TTL
        read(task, 2)
        purge([3])
        answers = read_many(task, 1, 2, 3, 4)
        assert [answers[match_id].source for match_id in (1, 2, 3, 4)] == ["stale", "hit", "miss", "miss"]
        assert computing.calls == [[1], [2], [3, 4]]

    def test_hits_are_one_round_trip_and_misses_three_however_many(self, task: Task, round_trips: RoundTrips) -> None:
        read_many(task, *range(1, 20))
        assert round_trips.count == 3
        round_trips.reset()
        read_many(task, *range(1, 20))
        assert round_trips.count == 1

    def test_what_another_process_computes_is_waited_for_when_the_rest_is_done(
        self, task: Task, computing: Computing, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        lease = leased(place_of(1))

        def meanwhile(seconds: float) -> None:
            assert read(task, 2).source is Source.HIT
            [done] = store.fill([leading.fill_of(task, lease, computing([1], held=None, now=NOW)[1])], now=NOW)
            assert done

        monkeypatch.setattr(leading, "sleep", meanwhile)
        answers = read_many(task, 1, 2)
        assert [answers[match_id].collapsed for match_id in (1, 2)] == [True, False]


class Together:
    """Callers in threads of their own, of whom one computes until it is let go."""

    def __init__(self, task: Task, computing: Computing, pool: ThreadPoolExecutor) -> None:
        self._task, self._pool, self._computing = task, pool, computing
        self.begun, self.go_on = Event(), Event()
        self.error: Exception | None = None
        computing.meanwhile = self._meanwhile

    def _meanwhile(self) -> None:
        if not self.begun.is_set():
            self.begun.set()
            assert self.go_on.wait(SOON)
            if self.error:
                raise self.error

    def call(self, *match_ids: int) -> Future[dict[int, Answer]]:
        """A caller who, unless it is the first, has joined somebody when this returns."""

        def read_and_close() -> dict[int, Answer]:
            try:
                return read_many(self._task, *(match_ids or (MATCH,)))
            finally:
                connection.close()

        leads, waiting = not self.begun.is_set(), admission.waiters().holders
        future = self._pool.submit(read_and_close)
        if leads:
            assert self.begun.wait(SOON)
        else:
            tick = Event()
            while admission.waiters().holders == waiting and not future.done():
                tick.wait(0.001)
        return future


@pytest.fixture
def together(task: Task, computing: Computing) -> Iterator[Together]:
    with ThreadPoolExecutor(12) as pool:
        together = Together(task, computing, pool)
        yield together
        together.go_on.set()


class TestSharing:
    def test_one_computes_for_all_who_come_meanwhile(self, together: Together, computing: Computing) -> None:
        callers = [together.call() for _ in range(8)]
        together.go_on.set()
        first, *others = [caller.result(SOON)[MATCH] for caller in callers]
        assert computing.calls == [[MATCH]]
        assert (first.stored, first.collapsed) == (True, False)
        assert {(answer.entry, answer.stored, answer.collapsed) for answer in others} == {(first.entry, True, True)}

    def test_an_error_is_everybodys(self, together: Together, computing: Computing) -> None:
        together.error = LookupError("no model")
        callers = [together.call() for _ in range(3)]
        together.go_on.set()
        for caller in callers:
            with pytest.raises(LookupError, match="no model"):
                caller.result(SOON)
        assert len(computing.calls) == 1

    def test_who_came_too_late_for_a_refused_answer_has_it_computed_anew(
        self, together: Together, computing: Computing
    ) -> None:
        first, *others = [together.call() for _ in range(4)]
        purge([MATCH])
        together.go_on.set()
        assert not first.result(SOON)[MATCH].stored
        anew = [caller.result(SOON)[MATCH] for caller in others]
        assert {answer.entry.body for answer in anew} == {b"7, call 2"}
        assert computing.calls == [[MATCH]] * 2

    def test_a_batch_shares_what_is_under_way_and_computes_the_rest(
        self, together: Together, computing: Computing
    ) -> None:
        first, batch = together.call(1), together.call(1, 2, 3)
        together.go_on.set()
        answers = batch.result(SOON)
        assert computing.calls == [[1], [2, 3]]
        assert answers[1].entry == first.result(SOON)[1].entry
        assert [answers[match_id].collapsed for match_id in (1, 2, 3)] == [True, False, False]

    def test_no_more_wait_than_the_settings_say(self, together: Together, settings: Settings) -> None:
        settings.MOST_WAITERS = 2
        callers = [together.call() for _ in range(4)]
        with pytest.raises(Overloaded, match="wait"):
            callers[3].result(SOON)
        together.go_on.set()
        assert all(caller.result(SOON)[MATCH].stored for caller in callers[:3])

    def test_who_waits_gives_up_when_its_time_is_over(
        self, together: Together, task: Task, clock: Clock, settings: Settings
    ) -> None:
        together.call()
        settings.WAIT_SECONDS = 0.01
        with pytest.raises(Overloaded, match="takes too long"):
            read(task)
        assert admission.waiters().holders == 0


def test_a_leader_without_a_place_to_wait_does_not_take_those_along_who_have_one(
    task: Task, settings: Settings
) -> None:
    settings.MOST_WAITERS = 1
    lease = leased()
    with Schedule(patience=0.2) as schedule:
        schedule.actor("leader", lambda: read(task))
        schedule.actor("follower", lambda: read(task))
        schedule.run("leader").until(redis("EVALSHA"))
        schedule.run("follower").until_blocked()
        with pytest.raises(Overloaded, match="wait"):
            schedule.run("leader").to_the_end()
        store.release([lease])
        assert schedule.run("follower").to_the_end().stored


def test_an_entry_that_the_leader_finds_is_a_hit_for_all(task: Task, computing: Computing) -> None:
    with Schedule(patience=0.2) as schedule:
        schedule.pause_at(Flights, "sending")
        schedule.actor("leader", lambda: read(task))
        schedule.actor("follower", lambda: read(task))
        schedule.run("leader").until(call("Flights.sending"))
        schedule.run("follower").until_blocked()
        lease = leased()
        computed = computing([MATCH], held=None, now=NOW)[MATCH]
        store.fill([leading.fill_of(task, lease, computed)], now=NOW)
        answers = [schedule.run(name).to_the_end() for name in ("leader", "follower")]
    # The follower has looked once: it shares what the leader has found.
    assert [point for name, point in schedule.trace if name == "follower"] == ["actor begin", "redis MGET"]
    assert [(answer.source, answer.collapsed) for answer in answers] == [(Source.HIT, False)] * 2


class NeverShared(Flights[Answer]):
    """Somebody else always flies already, and what it brings home is never for those who joined."""

    def __init__(self) -> None:
        super().__init__()
        self.boarded = 0
        self.meanwhile: Callable[[], object] = lambda: None

    def board(self, key: str) -> Boarding[Answer]:
        self.boarded += 1
        self.meanwhile()
        boarding = super().board(key)
        self.land(boarding.flight)
        return Boarding(boarding.flight, leads=False)


@pytest.fixture
def never_shared(monkeypatch: pytest.MonkeyPatch) -> NeverShared:
    flights = NeverShared()
    monkeypatch.setattr(read_through, "flights", flights)
    return flights


def test_who_shares_in_vain_three_times_works_alone(
    task: Task, computing: Computing, never_shared: NeverShared
) -> None:
    assert read(task).stored
    assert never_shared.boarded == 3
    assert len(computing.calls) == 1


def test_who_shares_in_vain_is_served_what_has_come_meanwhile(
    task: Task, computing: Computing, never_shared: NeverShared
) -> None:
    def filled_elsewhere() -> None:
        lease = leased()
        store.fill([leading.fill_of(task, lease, computing([MATCH], held=None, now=NOW)[MATCH])], now=NOW)

    never_shared.meanwhile = filled_elsewhere
    answer = read(task)
    assert (answer.source, never_shared.boarded) == (Source.HIT, 1)


@pytest.mark.usefixtures("never_shared")
def test_who_shares_in_vain_has_no_more_time_than_anybody_else(
    task: Task, clock: Clock, never_shared: NeverShared, settings: Settings
) -> None:
    settings.WAIT_SECONDS = 5.0
    leased()  # by another process

    def two_seconds_pass() -> None:
        clock.now += 2

    never_shared.meanwhile = two_seconds_pass
    with pytest.raises(Overloaded, match="takes too long"):
        read(task)
    assert clock.now == NOW + 6
