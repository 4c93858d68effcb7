"""Scores of probabilities over home, draw and away, in that order. Each is a mean over matches."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from predictions.ml.evaluation.calibration import calibration_bins, calibration_error
from predictions.ml.outcomes import OUTCOMES

if TYPE_CHECKING:
    import numpy as np

    Rows = np.ndarray[tuple[int, int], np.dtype[np.float64]]
    Values = np.ndarray[tuple[int], np.dtype[np.float64]]
    Names = np.ndarray[tuple[int], np.dtype[np.str_]]
    Happened = np.ndarray[tuple[int, int], np.dtype[np.bool_]]

# The least probability that log loss distinguishes from none.
SMALLEST = 1e-15


class Scores(NamedTuple):
    """Higher is better for the accuracy, lower for all others."""

    rps: float
    log_loss: float
    accuracy: float
    """How often the most probable outcome came about."""
    brier: float
    """The squared distance over all three outcomes, 0 to 2 (G. W. Brier, Monthly Weather Review 78, 1950)."""
    calibration_error: float
    """Of the most probable outcome, see `calibration_error`."""


def happened(outcomes: Names) -> Happened:
    """One row per match, one column per outcome, in the order of OUTCOMES."""
    import numpy as np

    came: Happened = outcomes[:, None] == np.array(OUTCOMES)[None, :]
    return came


def ranked_probability_scores(probabilities: Rows, outcomes: Names) -> Values:
    """One per match.

    The ranked probability score is E. S. Epstein's ("A scoring system for probability forecasts of ranked categories",
    Journal of Applied Meteorology 8, 1969), which A. C. Constantinou and N. E. Fenton advise for football ("Solving
    the problem of inadequate scoring rules for assessing probabilistic football forecast models", JQAS 8, 2012):
    with r outcomes, 1/(r − 1) times the sum over the first r − 1 of (cumulative probability − cumulative outcome)².
    """
    import numpy as np

    distance = np.cumsum(probabilities - happened(outcomes), axis=1)[:, :-1]
    scores: Values = (distance**2).mean(axis=1)
    return scores


def score(probabilities: Rows, outcomes: Names) -> Scores:
    """How well one row of probabilities per match foretold the outcomes. Raises ValueError if there is no match."""
    import numpy as np

    if not len(outcomes):
        raise ValueError("There is no match to score.")
    came = happened(outcomes)
    top = probabilities.argmax(axis=1)
    right = top == came.argmax(axis=1)
    return Scores(
        rps=float(ranked_probability_scores(probabilities, outcomes).mean()),
        log_loss=float(-np.log(np.maximum(probabilities[came], SMALLEST)).mean()),
        accuracy=float(right.mean()),
        brier=float(((probabilities - came) ** 2).sum(axis=1).mean()),
        calibration_error=calibration_error(calibration_bins(probabilities.max(axis=1), right)),
    )
