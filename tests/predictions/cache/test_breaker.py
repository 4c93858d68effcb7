"""When calls are let through, and whose reports are listened to."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from predictions.cache.breaker import Breaker, State


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def breaker(clock: Clock) -> Breaker:
    return Breaker(failures=3, seconds=1.0, clock=clock)


def fail(breaker: Breaker, times: int = 3) -> None:
    for _ in range(times):
        breaker.failed()


@pytest.fixture
def half_open(breaker: Breaker, clock: Clock) -> Breaker:
    """The first probe is under way."""
    fail(breaker)
    clock.now += 1.0
    assert breaker.allows()
    return breaker


def test_everybody_may_call_at_first(breaker: Breaker) -> None:
    assert [breaker.allows(), breaker.allows()] == [True, True]
    assert breaker.state is State.CLOSED


def test_it_opens_after_so_many_failures(breaker: Breaker) -> None:
    fail(breaker, 2)
    assert breaker.allows()
    breaker.failed()
    assert not breaker.allows()
    assert breaker.state is State.OPEN


def test_only_failures_in_a_row_count(breaker: Breaker) -> None:
    fail(breaker, 2)
    breaker.succeeded()
    fail(breaker, 2)
    assert breaker.allows()


def test_nobody_calls_until_the_time_is_up(breaker: Breaker, clock: Clock) -> None:
    fail(breaker)
    clock.now += 0.999
    assert not breaker.allows()
    clock.now += 0.001
    assert breaker.allows()


def test_one_caller_probes_at_a_time(half_open: Breaker) -> None:
    assert half_open.state is State.HALF_OPEN
    assert [half_open.allows() for _ in range(3)] == [False] * 3


def test_of_many_threads_exactly_one_probes(breaker: Breaker, clock: Clock) -> None:
    fail(breaker)
    clock.now += 1.0
    together = Barrier(16)

    def ask() -> bool:
        together.wait()
        return breaker.allows()

    with ThreadPoolExecutor(16) as threads:
        assert sum(future.result() for future in [threads.submit(ask) for _ in range(16)]) == 1


def test_a_probe_that_works_closes_it(half_open: Breaker) -> None:
    half_open.succeeded(half_open.era)
    assert half_open.state is State.CLOSED
    assert [half_open.allows(), half_open.allows()] == [True, True]


def test_once_closed_it_takes_as_many_failures_again(half_open: Breaker) -> None:
    half_open.succeeded()
    fail(half_open, 2)
    assert half_open.allows()


def test_a_probe_that_fails_opens_it_for_the_whole_time_again(half_open: Breaker, clock: Clock) -> None:
    clock.now += 0.5
    half_open.failed(half_open.era)
    assert half_open.state is State.OPEN
    clock.now += 0.999
    assert not half_open.allows()
    clock.now += 0.001
    assert half_open.allows()


def test_a_probe_that_never_reports_is_followed_by_another(half_open: Breaker, clock: Clock) -> None:
    clock.now += 0.999
    assert not half_open.allows()
    clock.now += 0.001
    assert [half_open.allows(), half_open.allows()] == [True, False]


def test_a_lost_probe_says_nothing_once_another_is_under_way(half_open: Breaker, clock: Clock) -> None:
    lost = half_open.era
    clock.now += 1.0
    half_open.allows()
    half_open.failed(lost)
    assert half_open.state is State.HALF_OPEN


@pytest.mark.parametrize("seconds_later", [0.0, 1.0])
def test_a_slow_success_from_before_the_outage_closes_nothing(
    breaker: Breaker, clock: Clock, seconds_later: float
) -> None:
    before = breaker.era
    fail(breaker)
    clock.now += seconds_later
    breaker.allows()
    state = breaker.state
    breaker.succeeded(before)
    assert breaker.state is state is not State.CLOSED


def test_a_slow_failure_from_before_the_outage_ends_no_probe(breaker: Breaker, clock: Clock) -> None:
    before = breaker.era
    fail(breaker)
    clock.now += 1.0
    breaker.allows()
    breaker.failed(before)
    assert breaker.state is State.HALF_OPEN


def test_slow_failures_from_before_the_outage_do_not_open_it_again(half_open: Breaker) -> None:
    half_open.succeeded()
    for _ in range(3):
        half_open.failed(0)
    assert half_open.state is State.CLOSED


def test_a_call_that_nobody_asked_for_closes_it_by_working(breaker: Breaker) -> None:
    fail(breaker)
    breaker.succeeded(breaker.era)
    assert breaker.state is State.CLOSED


def test_calls_that_nobody_asked_for_do_not_put_the_probe_off(breaker: Breaker, clock: Clock) -> None:
    fail(breaker)
    clock.now += 0.9
    breaker.failed(breaker.era)
    clock.now += 0.1
    assert breaker.allows()


def test_an_outage_is_two_lines_in_the_log(breaker: Breaker, clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG, logger="predictions"):
        fail(breaker, 5)
        for _ in range(4):
            clock.now += 1.0
            breaker.allows()
            breaker.failed()
        clock.now += 1.0
        breaker.allows()
        breaker.succeeded()
        breaker.succeeded()
    assert [record.getMessage() for record in caplog.records] == [
        "Redis failed 3 times in a row: only a probe every 1 s until it answers again.",
        "Redis answers again: it is used again.",
    ]


@pytest.mark.parametrize(("failures", "seconds"), [(0, 1.0), (1, 0.0)])
def test_nonsense_is_refused(failures: int, seconds: float) -> None:
    with pytest.raises(ValueError, match="at least 1 failure"):
        Breaker(failures=failures, seconds=seconds)
