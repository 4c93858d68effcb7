"""How many absences are kept."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from predictions.cache.absences import AbsenceCap, admit


def test_so_many_are_kept_and_no_more() -> None:
    cap = AbsenceCap(3, clock=lambda: 1000.0)
    assert [cap.admits() for _ in range(5)] == [True, True, True, False, False]


def test_a_minute_later_there_is_room_again() -> None:
    times = iter([0.0, 10.0, 59.9, 60.0, 60.0, 69.9, 70.0])
    cap = AbsenceCap(2, clock=lambda: next(times))
    assert [cap.admits() for _ in range(7)] == [True, True, False, True, False, False, True]


def test_a_cap_of_none_keeps_none() -> None:
    assert not AbsenceCap(0).admits()


@given(st.integers(1, 5), st.lists(st.floats(0, 30), max_size=60))
def test_no_minute_has_more_wherever_it_begins(per_minute: int, pauses: list[float]) -> None:
    now = 0.0
    cap = AbsenceCap(per_minute, clock=lambda: now)
    admitted = []
    for pause in pauses:
        now += pause
        if cap.admits():
            admitted.append(now)
    for begin in admitted:
        assert sum(begin <= moment < begin + 60 for moment in admitted) <= per_minute


@given(st.integers(1, 5), st.lists(st.floats(0, 30), max_size=60))
def test_nobody_is_refused_while_there_is_room(per_minute: int, pauses: list[float]) -> None:
    now = 0.0
    cap = AbsenceCap(per_minute, clock=lambda: now)
    admitted: list[float] = []
    for pause in pauses:
        now += pause
        room = sum(now - 60 < moment for moment in admitted) < per_minute
        assert cap.admits() is room
        if room:
            admitted.append(now)


def test_threads_share_it() -> None:
    cap = AbsenceCap(100, clock=lambda: 1000.0)
    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(lambda _: cap.admits(), range(1000))) == 100


def test_a_negative_cap_is_refused() -> None:
    with pytest.raises(ValueError, match="0 or more"):
        AbsenceCap(-1)


def test_a_process_has_the_cap_of_the_settings(settings: Settings) -> None:
    settings.ABSENCES_PER_MINUTE = 0
    assert not admit()
    settings.ABSENCES_PER_MINUTE = 1_000_000
    assert admit()
