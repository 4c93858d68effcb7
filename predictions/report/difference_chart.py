"""How much better or worse than each of the others, with how sure that is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from predictions.ml.evaluation.comparison import Comparison
from predictions.ml.evaluation.forecasts import Forecaster
from predictions.report.axis import axis_around
from predictions.report.words import NAMES, signed

WIDTH, ROW_HEIGHT = 960, 44
LEFT, RIGHT, TOP, BOTTOM = 140, 24, 30, 28


class DifferenceRow(NamedTuple):
    who: str
    name: str
    y: float
    mean: float
    low: float
    high: float
    text: str


class DifferenceChart(NamedTuple):
    rows: list[DifferenceRow]
    ticks: list[tuple[float, str]]
    zero: float
    height: int
    bottom: int
    width: int = WIDTH
    left: int = LEFT
    right: int = WIDTH - RIGHT
    top: int = TOP


def difference_chart(against: Mapping[Forecaster, Comparison]) -> DifferenceChart:
    """Raises ValueError if there is nobody to compare with."""
    bounds = [bound for compared in against.values() for bound in compared.rps_difference]
    across = axis_around(min(0.0, *bounds), max(0.0, *bounds), LEFT, WIDTH - RIGHT)
    rows = []
    for number, (who, compared) in enumerate(against.items()):
        mean, low, high = compared.rps_difference
        rows.append(
            DifferenceRow(
                str(who),
                NAMES[who],
                TOP + ROW_HEIGHT * (number + 0.5),
                across.at(mean),
                across.at(low),
                across.at(high),
                f"{signed(mean)} [{signed(low)}, {signed(high)}]",
            )
        )
    bottom = TOP + ROW_HEIGHT * len(rows)
    ticks = [(across.at(tick), signed(tick, 3)) for tick in across.ticks(7)]
    return DifferenceChart(rows, ticks, across.at(0.0), bottom + BOTTOM, bottom)
