"""How many hold a place at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Event, Thread

import pytest

from predictions.cache.limits import Full, Limit

LONG = 10.0
"""Seconds that only a test which fails waits for."""


def test_no_more_than_so_many_get_in() -> None:
    limit = Limit(2)
    with limit.held(0), limit.held(0), pytest.raises(Full, match="All 2 places are taken"), limit.held(0):
        pytest.fail("A third got in.")


def test_holders_are_counted() -> None:
    limit = Limit(2)
    with limit.held():
        assert limit.holders == 1
        with limit.held():
            assert limit.holders == 2
    assert (limit.holders, limit.highest) == (0, 2)


def test_who_was_refused_is_not_counted() -> None:
    limit = Limit(1)
    with limit.held():
        with pytest.raises(Full), limit.held(0):
            pass
        assert limit.holders == 1
    assert (limit.holders, limit.highest) == (0, 1)


def test_who_fails_leaves_the_place_to_others() -> None:
    limit = Limit(1)
    with pytest.raises(ZeroDivisionError), limit.held():
        _ = 1 / 0
    with limit.held(0):
        assert limit.holders == 1


def test_a_place_is_waited_for_as_long_as_one_will() -> None:
    limit = Limit(1)
    with limit.held(), pytest.raises(Full), limit.held(0.01):
        pass


@pytest.mark.parametrize("timeout", [LONG, None])
def test_who_waits_gets_the_place_that_becomes_free(timeout: float | None) -> None:
    limit = Limit(1)
    asking, inside = Event(), Event()

    def wait() -> None:
        asking.set()
        with limit.held(timeout):
            inside.set()

    with limit.held():
        # A daemon, so that one who waits for ever does not keep the tests from ending.
        Thread(target=wait, daemon=True).start()
        assert asking.wait(LONG)
        assert not inside.is_set()
    assert inside.wait(LONG)


def test_many_threads_never_exceed_it_and_all_get_their_turn() -> None:
    limit = Limit(3)
    full = Event()
    inside: list[int] = []

    def work() -> None:
        with limit.held(LONG):
            inside.append(limit.holders)
            if limit.holders == 3:
                full.set()
            full.wait(LONG)

    with ThreadPoolExecutor(24) as threads:
        for done in [threads.submit(work) for _ in range(200)]:
            done.result(LONG)
    assert len(inside) == 200
    assert (limit.holders, limit.highest, max(inside)) == (0, 3, 3)


def test_a_limit_of_none_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        Limit(0)
