"""Whether what is said to come about in 60 of 100 cases does: predicted beside observed, in ten bins of equal width."""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

BINS = 10
# Of the normal distribution: 95 % lie between minus this and this.
Z = 1.959964


class CalibrationBin(NamedTuple):
    """The predictions whose probability lies in one tenth of the range."""

    matches: int
    predicted: float
    """The mean of the probabilities."""
    observed: float
    """The share in which it came about."""
    low: float
    high: float
    """Between these the true share lies with 95 % confidence (E. B. Wilson's score interval, JASA 22, 1927)."""


def calibration_bins(
    probabilities: np.ndarray[tuple[int], np.dtype[np.float64]], happened: np.ndarray[tuple[int], np.dtype[np.bool_]]
) -> list[CalibrationBin]:
    """The bins that are not empty, from the least probable up. A bin begins with its lower bound."""
    import numpy as np

    numbers = np.minimum((probabilities * BINS).astype(np.int64), BINS - 1)
    counts = np.bincount(numbers, minlength=BINS)
    predicted = np.bincount(numbers, weights=probabilities, minlength=BINS)
    observed = np.bincount(numbers, weights=happened, minlength=BINS)
    return [
        CalibrationBin(int(n), float(said / n), float(came / n), *_wilson(float(came / n), int(n)))
        for n, said, came in zip(counts, predicted, observed, strict=True)
        if n
    ]


def calibration_error(bins: Sequence[CalibrationBin]) -> float:
    """How far predicted and observed lie apart, on average over matches.

    The expected calibration error (M. P. Naeini, G. F. Cooper and M. Hauskrecht, "Obtaining well calibrated
    probabilities using Bayesian binning", AAAI 2015). Chance alone makes it larger the fewer matches there are.
    """
    matches = sum(one.matches for one in bins)
    return sum(one.matches * abs(one.predicted - one.observed) for one in bins) / matches


def _wilson(share: float, count: int) -> tuple[float, float]:
    spread = Z * sqrt(share * (1 - share) / count + Z**2 / (4 * count**2))
    middle, scale = share + Z**2 / (2 * count), 1 + Z**2 / count
    return (middle - spread) / scale, (middle + spread) / scale
