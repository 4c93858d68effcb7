"""Scores of probabilities over home, draw and away, in that order. Each is a mean over matches."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from predictions.ml.estimator import OUTCOMES

if TYPE_CHECKING:
    import numpy as np

# The least probability that log loss distinguishes from none.
SMALLEST = 1e-15


class Scores(NamedTuple):
    """Lower is better for the first two, higher for the last."""

    rps: float
    log_loss: float
    accuracy: float


def score(
    probabilities: np.ndarray[tuple[int, int], np.dtype[np.float64]],
    outcomes: np.ndarray[tuple[int], np.dtype[np.str_]],
) -> Scores:
    """How well one row of probabilities per match foretold the outcomes. Raises ValueError if there is no match.

    The ranked probability score is E. S. Epstein's ("A scoring system for probability forecasts of ranked categories",
    Journal of Applied Meteorology 8, 1969), which A. C. Constantinou and N. E. Fenton advise for football ("Solving
    the problem of inadequate scoring rules for assessing probabilistic football forecast models", JQAS 8, 2012):
    with r outcomes, 1/(r − 1) times the sum over the first r − 1 of (cumulative probability − cumulative outcome)².
    """
    import numpy as np

    if not len(outcomes):
        raise ValueError("There is no match to score.")
    happened = outcomes[:, None] == np.array(OUTCOMES)[None, :]
    distance = np.cumsum(probabilities - happened, axis=1)[:, :-1]
    return Scores(
        rps=float((distance**2).mean(axis=1).mean()),
        log_loss=float(-np.log(np.maximum(probabilities[happened], SMALLEST)).mean()),
        accuracy=float((probabilities.argmax(axis=1) == happened.argmax(axis=1)).mean()),
    )
