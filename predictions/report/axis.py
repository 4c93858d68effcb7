"""From figures to places on a chart, and the round figures that are marked on the way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from math import ceil, floor, log10


@dataclass(frozen=True, slots=True)
class Axis:
    """Figures from `low` to `high` lie between the pixels `start` and `end`, which may run backwards."""

    low: float
    high: float
    start: float
    end: float

    def at(self, figure: float) -> float:
        """In pixels, to a tenth."""
        share = (figure - self.low) / (self.high - self.low)
        return round(self.start + share * (self.end - self.start), 1)

    def ticks(self, most: int = 6) -> list[float]:
        """Round figures within the axis: multiples of 1, 2 or 5 times a power of ten, at most so many."""
        ticks: list[float] = []
        for step in _round_steps((self.high - self.low) / most):
            # A little beyond, since 0.3 / 0.1 is less than 3.
            first, last = ceil(self.low / step - 1e-9), floor(self.high / step + 1e-9)
            ticks = [number * step for number in range(first, last + 1)]
            if len(ticks) <= most:
                break
        return ticks


def axis_around(low: float, high: float, start: float, end: float, *, margin: float = 0.06) -> Axis:
    """An axis on which these figures keep off the ends; also if they are all the same."""
    room = (high - low) * margin or abs(high) * margin or 1.0
    return Axis(low - room, high + room, start, end)


def _round_steps(least: float) -> Iterator[float]:
    """From the first that is not less on, without end."""
    for power in count(floor(log10(least))):
        yield from (step for factor in (1, 2, 5) if (step := factor * 10.0**power) >= least * (1 - 1e-9))
