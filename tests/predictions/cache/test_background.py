"""What nobody waits for is done all the same: once, in order, whatever goes wrong."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator
from threading import Event, current_thread
from time import monotonic

import pytest

from predictions.cache.background import Background

SOON = 20.0


@pytest.fixture
def background() -> Background:
    """One with a thread of its own, which ends with the tests."""
    return Background(most_queued=3)


@pytest.fixture
def held(background: Background) -> Background:
    background.held = True
    return background


@pytest.fixture
def busy(background: Background) -> Iterator[Event]:
    """Its thread is at work until this is set."""
    begun, go_on = Event(), Event()

    def work() -> None:
        begun.set()
        go_on.wait(SOON)

    background.submit("busy", work)
    assert begun.wait(SOON)
    yield go_on
    go_on.set()


def test_a_job_is_done_by_another_thread(background: Background) -> None:
    names: list[str] = []
    assert background.submit("key", lambda: names.append(current_thread().name))
    assert background.wait_until_idle(SOON)
    assert names == ["predictions-background"]


def test_jobs_are_done_one_after_the_other_by_one_thread(background: Background, busy: Event) -> None:
    done: list[tuple[int, str]] = []
    for number in range(3):
        background.submit(number, lambda number=number: done.append((number, current_thread().name)))  # type: ignore[misc]
    assert done == []
    busy.set()
    assert background.wait_until_idle(SOON)
    assert [number for number, _ in done] == [0, 1, 2]


def test_what_waits_already_is_not_queued_twice(background: Background, busy: Event) -> None:
    done: list[str] = []
    assert background.submit("key", lambda: done.append("first"))
    assert not background.submit("key", lambda: done.append("second"))
    busy.set()
    assert background.wait_until_idle(SOON)
    assert done == ["first"]


def test_what_is_being_done_can_be_queued_again(background: Background, busy: Event) -> None:
    again = Event()
    assert background.submit("busy", again.set)
    busy.set()
    assert again.wait(SOON)


def test_beyond_the_most_that_may_wait_jobs_are_dropped(held: Background) -> None:
    done: list[int] = []
    queued = [held.submit(number, lambda number=number: done.append(number)) for number in range(5)]  # type: ignore[misc]
    assert queued == [True, True, True, False, False]
    assert held.run_queued() == 3
    assert done == [0, 1, 2]


def failing() -> None:
    raise LookupError("bytes that nobody is to read")


def test_a_job_that_fails_is_logged_by_its_name_and_the_next_is_done(
    background: Background, caplog: pytest.LogCaptureFixture
) -> None:
    done = Event()
    with caplog.at_level(logging.WARNING):
        background.submit("failing", failing)
        background.submit("next", done.set)
        assert done.wait(SOON)
        assert background.wait_until_idle(SOON)
    assert "LookupError" in caplog.text
    assert "nobody is to read" not in caplog.text


def test_while_it_is_held_jobs_wait_for_whoever_runs_them(held: Background) -> None:
    names: list[str] = []
    held.submit("key", lambda: names.append(current_thread().name))
    assert names == []
    assert held.run_queued() == 1
    assert names == [current_thread().name]
    assert held.run_queued() == 0


def test_a_job_may_queue_another(held: Background) -> None:
    done: list[str] = []

    def first() -> None:
        held.submit("second", lambda: done.append("second"))

    held.submit("first", first)
    assert held.run_queued() == 2
    assert done == ["second"]


def test_what_is_dropped_is_never_done(held: Background) -> None:
    done: list[str] = []
    held.submit("key", lambda: done.append("done"))
    held.drop_queued()
    assert held.run_queued() == 0
    assert done == []


def test_who_waits_until_it_is_idle_does_what_was_queued_while_it_was_held(held: Background) -> None:
    done: list[str] = []
    held.submit("key", lambda: done.append("done"))
    assert held.wait_until_idle(SOON)
    assert done == ["done"]


def test_it_is_not_idle_while_a_job_is_being_done(background: Background, busy: Event) -> None:
    assert not background.wait_until_idle(0)
    busy.set()
    assert background.wait_until_idle(SOON)


def in_a_child(what: Callable[[], bool]) -> bool:
    child = os.fork()
    if child == 0:
        try:
            os._exit(0 if what() else 1)
        except BaseException:
            os._exit(2)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


@pytest.mark.filterwarnings("ignore:This process.*is multi-threaded:DeprecationWarning")
def test_a_process_forked_meanwhile_has_a_thread_of_its_own(background: Background, busy: Event) -> None:
    background.submit("of the parent", failing)

    def child() -> bool:
        done: list[str] = []
        background.submit("of the child", lambda: done.append("done"))
        return background.wait_until_idle(SOON) and done == ["done"]

    assert in_a_child(child)


def test_a_job_that_is_put_off_is_done_then_and_holds_up_no_other(background: Background) -> None:
    done: list[tuple[str, float]] = []
    begun = monotonic()
    background.submit("later", lambda: done.append(("later", monotonic() - begun)), after=0.2)
    background.submit("at once", lambda: done.append(("at once", monotonic() - begun)))
    assert background.wait_until_idle(SOON)
    assert [name for name, _ in done] == ["at once", "later"]
    assert done[1][1] >= 0.2


def test_a_job_that_is_put_off_is_done_at_once_if_asked_to(held: Background) -> None:
    done: list[str] = []
    held.submit("later", lambda: done.append("later"), after=3600.0)
    assert held.run_queued() == 1
    assert done == ["later"]
