"""Whether the active model can be believed: what it said beside what came about, as a chart."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from predictions.ml.evaluation import TOP
from predictions.ml.evaluation.calibration import CalibrationBin
from predictions.ml.outcomes import OUTCOMES
from predictions.report.axis import Axis
from predictions.report.calibration_chart import CalibrationChart, calibration_chart
from predictions.report.words import WHAT_CAME_ABOUT


class Calibration(NamedTuple):
    version: str
    """Of the model that this is about."""
    matches: str
    favourite: CalibrationChart
    """Of the most probable outcome of each match."""
    here: float
    """Where on it the match at hand is, in pixels from the left."""
    outcomes: list[CalibrationChart]
    """Of home win, draw and away win, as far as they were measured."""


def calibration(scores: Mapping[str, Any] | None, *, version: str, top_probability: float) -> Calibration | None:
    """From what is stored of a model; None if it was not measured, or before this was kept."""
    by_outcome = _stored(scores or {})
    if TOP not in by_outcome:
        return None
    favourite = calibration_chart(WHAT_CAME_ABOUT[TOP], by_outcome[TOP])
    return Calibration(
        version,
        f"{sum(one.matches for one in by_outcome[TOP]):,}",
        favourite,
        Axis(0, 1, favourite.left, favourite.right).at(top_probability),
        [calibration_chart(WHAT_CAME_ABOUT[name], by_outcome[name]) for name in OUTCOMES if name in by_outcome],
    )


def _stored(scores: Mapping[str, Any]) -> dict[str, list[CalibrationBin]]:
    """By what it is of. Empty if it is none of ours, since the column takes any JSON."""
    by_outcome: dict[str, list[CalibrationBin]] = {}
    try:
        for stored in scores["calibration"]:
            figures = {name: stored[name] for name in CalibrationBin._fields}
            by_outcome.setdefault(stored["of"], []).append(CalibrationBin(**figures))
    except (KeyError, TypeError):
        return {}
    return by_outcome
