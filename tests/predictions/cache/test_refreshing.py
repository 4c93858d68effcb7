"""Stale while revalidate: all are served at once, one has it made anew, and a failure costs nobody the stale answer."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from pytest_django import Settings

from predictions.cache import admission, keys, leading, store
from predictions.cache.answers import Answer, Source, Task
from predictions.cache.background import background
from predictions.cache.gate import gate
from predictions.cache.invalidation import purge
from tests.integration.servers import RedisServer
from tests.predictions.cache.conftest import GRACE, MATCH, PLACE, TTL, Clock, Computing, leased, read, read_many
from tests.predictions.conftest import Counted, RoundTrips, fill_up

LEASE_KEY = keys.lease(PLACE.key)


@pytest.fixture
def stale(task: Task, clock: Clock) -> Answer:
    """An entry that has just become stale, and has been asked for since. Its refresh is queued."""
    read(task)
    clock.now += TTL
    answer = read(task)
    assert answer.source is Source.STALE
    return answer


def served_as(task: Task) -> tuple[Source, bytes]:
    answer = read(task)
    return answer.source, answer.entry.body


STALE_STILL = (Source.STALE, b"7, call 1")
FRESH_AGAIN = (Source.HIT, b"7, call 2")


def fail() -> None:
    raise LookupError("bytes that nobody is to read")


@pytest.mark.usefixtures("stale")
def test_until_it_is_refreshed_everybody_gets_the_stale_one(task: Task, computing: Computing) -> None:
    assert [served_as(task) for _ in range(3)] == [STALE_STILL] * 3
    assert len(computing.calls) == 1


@pytest.mark.usefixtures("stale")
def test_it_is_refreshed_once_for_all_who_have_asked(task: Task, computing: Computing) -> None:
    for _ in range(3):
        read(task)
    assert background.run_queued() == 1
    assert computing.calls == [[MATCH]] * 2
    assert served_as(task) == FRESH_AGAIN


@pytest.mark.usefixtures("stale")
def test_a_refresh_takes_a_claim_and_a_fill(round_trips: RoundTrips) -> None:
    background.run_queued()
    assert round_trips.count == 2


def test_each_of_many_is_refreshed(task: Task, computing: Computing, clock: Clock) -> None:
    read_many(task, 1, 2)
    clock.now += TTL
    read_many(task, 1, 2)
    background.drop_queued()
    read_many(task, 1, 2)
    assert background.run_queued() == 2
    assert [answer.source for answer in read_many(task, 1, 2).values()] == [Source.HIT] * 2


@pytest.mark.usefixtures("stale")
def test_the_lease_is_taken_when_it_runs_not_when_it_is_queued(computing: Computing, empty_cache: Any) -> None:
    held: list[bytes] = []
    computing.meanwhile = lambda: held.append(empty_cache.get(LEASE_KEY))
    assert empty_cache.get(LEASE_KEY) is None
    background.run_queued()
    [lease] = held
    assert lease.startswith(empty_cache.get(keys.generation(MATCH)))
    assert empty_cache.get(LEASE_KEY) is None


@pytest.mark.usefixtures("stale")
def test_one_that_fails_leaves_the_stale_entry_and_is_counted(
    task: Task, computing: Computing, counted: Counted, caplog: pytest.LogCaptureFixture, empty_cache: Any
) -> None:
    computing.meanwhile = fail
    with caplog.at_level(logging.WARNING):
        background.run_queued()
    assert counted() == {"refresh_failed": 1}
    assert "LookupError" in caplog.text
    assert "nobody is to read" not in caplog.text
    assert empty_cache.get(LEASE_KEY) is None
    assert served_as(task) == STALE_STILL


@pytest.mark.usefixtures("stale")
def test_one_that_has_failed_is_tried_again_by_the_next_who_asks(task: Task, computing: Computing) -> None:
    computing.meanwhile = fail
    background.run_queued()
    computing.meanwhile = lambda: None
    read(task)
    background.run_queued()
    assert served_as(task) == (Source.HIT, b"7, call 3")


@pytest.mark.usefixtures("stale")
def test_if_it_fails_until_grace_ends_whoever_asks_computes(task: Task, computing: Computing, clock: Clock) -> None:
    computing.meanwhile = fail
    background.run_queued()
    clock.now += GRACE
    with pytest.raises(LookupError):
        read(task)
    computing.meanwhile = lambda: None
    assert served_as(task) == (Source.MISS, b"7, call 4")


@pytest.mark.usefixtures("stale")
def test_without_a_place_to_compute_it_is_left_out(
    task: Task, computing: Computing, settings: Settings, counted: Counted, empty_cache: Any
) -> None:
    settings.MOST_COMPUTATIONS = 1
    with admission.computing(patience=0):
        background.run_queued()
    assert len(computing.calls) == 1
    assert counted() == {}
    assert empty_cache.get(LEASE_KEY) is None
    assert served_as(task) == STALE_STILL


def test_while_somebody_else_refreshes_it_does_not(stale: Answer, task: Task, computing: Computing) -> None:
    [lookup], _ = store.look_up([PLACE], now=task.clock())
    leased(seen=lookup.seen, now=task.clock())
    background.run_queued()
    assert len(computing.calls) == 1


def test_what_has_been_refreshed_since_is_left_alone(stale: Answer, task: Task, computing: Computing) -> None:
    [lookup], _ = store.look_up([PLACE], now=task.clock())
    lease = leased(seen=lookup.seen, now=task.clock())
    computed = computing([MATCH], held=None, now=task.clock())[MATCH]
    store.fill([leading.fill_of(task, lease, computed)], now=task.clock())
    background.run_queued()
    assert len(computing.calls) == 2
    assert served_as(task) == FRESH_AGAIN


@pytest.mark.usefixtures("stale")
def test_one_that_runs_after_an_invalidation_reads_what_is_true_then(
    task: Task, computing: Computing, empty_cache: Any
) -> None:
    purge([MATCH])
    background.run_queued()
    assert computing.held[-1] == {MATCH: empty_cache.get(keys.generation(MATCH))}
    assert served_as(task) == FRESH_AGAIN


@pytest.mark.usefixtures("stale")
def test_one_that_an_invalidation_overtakes_is_not_kept(task: Task, computing: Computing, counted: Counted) -> None:
    computing.meanwhile = lambda: purge([MATCH])
    background.run_queued()
    assert counted() == {"refused_fill": 1}
    computing.meanwhile = lambda: None
    assert served_as(task) == (Source.MISS, b"7, call 3")


@pytest.mark.usefixtures("stale")
def test_a_match_that_is_gone_becomes_absent(task: Task, computing: Computing) -> None:
    computing.absent = True
    background.run_queued()
    answer = read(task)
    assert (answer.source, answer.entry.is_absence) == (Source.HIT, True)


@pytest.mark.usefixtures("stale")
def test_while_redis_is_away_it_is_left_out(computing: Computing) -> None:
    gate.owe(True)
    assert background.run_queued() == 1
    assert len(computing.calls) == 1


def test_in_a_full_redis_the_stale_entry_is_served_on(
    own_server: RedisServer, task: Task, computing: Computing, clock: Clock
) -> None:
    read(task)
    clock.now += TTL
    fill_up(own_server)
    assert served_as(task) == STALE_STILL
    background.run_queued()
    assert served_as(task) == STALE_STILL
    assert len(computing.calls) == 1
