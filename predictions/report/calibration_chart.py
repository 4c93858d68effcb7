"""Predicted beside observed: on the diagonal, what is said comes about as often as is said."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from predictions.ml.evaluation.calibration import CalibrationBin, calibration_error
from predictions.report.axis import Axis
from predictions.report.words import figure

SIZE = 340
LEFT, RIGHT, TOP, BOTTOM = 44, 20, 12, 44
# The bars that show how many predictions there are rise at most so far above the lower edge.
BAR_HEIGHT = 40


class CalibrationPoint(NamedTuple):
    x: float
    y: float
    low: float
    high: float
    bar: float
    """Where the bar ends that stands for the number of predictions."""
    text: str


class CalibrationChart(NamedTuple):
    name: str
    error: str
    points: list[CalibrationPoint]
    rows: list[CalibrationBin]
    across: list[tuple[float, str]]
    up: list[tuple[float, str]]
    size: int = SIZE
    left: int = LEFT
    right: int = SIZE - RIGHT
    top: int = TOP
    bottom: int = SIZE - BOTTOM


def calibration_chart(name: str, bins: Sequence[CalibrationBin]) -> CalibrationChart:
    across, up = Axis(0, 1, LEFT, SIZE - RIGHT), Axis(0, 1, SIZE - BOTTOM, TOP)
    most = max(one.matches for one in bins)
    points = [
        CalibrationPoint(
            x=across.at(one.predicted),
            y=up.at(one.observed),
            low=up.at(one.low),
            high=up.at(one.high),
            bar=round(SIZE - BOTTOM - BAR_HEIGHT * one.matches / most, 1),
            text=f"{one.matches:,} predictions of {one.predicted:.1%} on average: it came about in {one.observed:.1%}",
        )
        for one in bins
    ]
    return CalibrationChart(
        name=name,
        error=figure(calibration_error(bins), 3),
        points=points,
        rows=list(bins),
        across=[(across.at(tick), f"{tick:.0%}") for tick in across.ticks()],
        up=[(up.at(tick), f"{tick:.0%}") for tick in up.ticks()],
    )
