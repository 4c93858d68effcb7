from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from predictions.report.axis import Axis, axis_around


def test_figures_lie_in_proportion_between_the_ends() -> None:
    assert [Axis(0, 10, 100, 200).at(figure) for figure in (0, 2.5, 10)] == [100, 125, 200]
    assert [Axis(0, 10, 200, 100).at(figure) for figure in (0, 2.5, 10)] == [200, 175, 100]


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [
        (0, 1, [0, 0.2, 0.4, 0.6, 0.8, 1.0]),
        (0.187, 0.239, [0.19, 0.2, 0.21, 0.22, 0.23]),
        (-0.0357, 0.0044, [-0.03, -0.02, -0.01, 0]),
        (3, 4, [3, 3.2, 3.4, 3.6, 3.8, 4]),
    ],
)
def test_marks_are_round_figures(low: float, high: float, ticks: list[float]) -> None:
    assert Axis(low, high, 0, 100).ticks() == pytest.approx(ticks)


@given(st.floats(-10, 10), st.floats(1e-4, 10), st.integers(3, 12))
def test_marks_lie_within_and_are_not_too_many(low: float, length: float, most: int) -> None:
    axis = Axis(low, low + length, 0, 100)
    ticks = axis.ticks(most)

    assert 1 <= len(ticks) <= most
    assert all(-0.1 <= axis.at(tick) <= 100.1 for tick in ticks)


@pytest.mark.parametrize(("low", "high"), [(0.19, 0.24), (0.2, 0.2), (0.0, 0.0)])
def test_figures_keep_off_the_ends(low: float, high: float) -> None:
    axis = axis_around(low, high, 0, 100)

    assert 0 < axis.at(low) <= axis.at(high) < 100
