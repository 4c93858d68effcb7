"""RPS by season, a line per forecaster."""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil
from typing import NamedTuple

from predictions.ml.evaluation.comparison import Part
from predictions.ml.evaluation.forecasts import Forecaster
from predictions.report.axis import axis_around
from predictions.report.words import NAMES, figure, season_name

WIDTH, HEIGHT = 960, 420
LEFT, RIGHT, TOP, BOTTOM = 56, 140, 16, 40
# Pixels that a season's name takes, and a line of text.
NAME_WIDTH, LINE_HEIGHT = 58, 17


class Mark(NamedTuple):
    """A place on an axis, and what is written there."""

    at: float
    text: str


class Point(NamedTuple):
    x: float
    y: float
    partial: bool
    """Whether it is of fewer matches than the model's."""
    text: str


class Line(NamedTuple):
    who: str
    name: str
    points: list[Point]
    path: str
    """As SVG takes it; it is broken where a season is missing."""
    label_y: float


class SeasonChart(NamedTuple):
    seasons: list[Mark]
    rps: list[Mark]
    lines: list[Line]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    top: int = TOP
    bottom: int = HEIGHT - BOTTOM


def season_chart(by_season: Mapping[int, Part]) -> SeasonChart:
    """Raises ValueError if there is no season."""
    figures = {who: _figures(who, by_season) for who in Forecaster}
    every = [rps for of_one in figures.values() for rps, _ in of_one.values()]
    first, last = min(by_season), max(by_season)
    across = axis_around(first, last, LEFT, WIDTH - RIGHT, margin=0.03)
    down = axis_around(min(every), max(every), HEIGHT - BOTTOM, TOP)
    lines = []
    for who, of_one in figures.items():
        if not of_one:
            continue
        points = {
            season: Point(
                across.at(season),
                down.at(rps),
                matches < by_season[season].matches,
                f"{NAMES[who]}, {season_name(season)}: {figure(rps)} on {matches:,} matches",
            )
            for season, (rps, matches) in of_one.items()
        }
        lines.append(Line(str(who), NAMES[who], list(points.values()), _path(points), points[max(points)].y))
    every_nth = ceil((last - first + 1) * NAME_WIDTH / (WIDTH - LEFT - RIGHT))
    return SeasonChart(
        # Counted from the last, which matters most.
        [Mark(across.at(season), season_name(season)) for season in range(last, first - 1, -every_nth)],
        [Mark(down.at(rps), figure(rps, 3)) for rps in down.ticks(7)],
        _apart(lines),
    )


def _figures(who: Forecaster, by_season: Mapping[int, Part]) -> dict[int, tuple[float, int]]:
    """By season: the RPS, and of how many matches."""
    if who is Forecaster.MODEL:
        return {season: (part.model.rps, part.matches) for season, part in by_season.items()}
    return {
        season: (part.against[who].other.rps, part.against[who].matches)
        for season, part in by_season.items()
        if who in part.against
    }


def _path(points: Mapping[int, Point]) -> str:
    return " ".join(
        f"{'L' if season - 1 in points else 'M'}{point.x} {point.y}" for season, point in sorted(points.items())
    )


def _apart(lines: list[Line]) -> list[Line]:
    """With labels that do not cover each other, as near to the ends of their lines as that allows."""
    placed: list[Line] = []
    for line in sorted(lines, key=lambda line: line.label_y):
        least = placed[-1].label_y + LINE_HEIGHT if placed else TOP
        placed.append(line._replace(label_y=max(line.label_y, least)))
    # From below up again, lest the last ones leave the chart.
    most = float(HEIGHT - BOTTOM)
    for number in reversed(range(len(placed))):
        placed[number] = placed[number]._replace(label_y=min(placed[number].label_y, most))
        most = placed[number].label_y - LINE_HEIGHT
    return placed
