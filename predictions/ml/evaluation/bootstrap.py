"""How sure a mean difference is: matches are drawn again and again, with replacement, from those that were scored.

Efron's percentile bootstrap (B. Efron, "Bootstrap methods: another look at the jackknife", Annals of Statistics 7,
1979), stratified: each stratum, one season of one league, keeps its number of matches. So one pass serves every sum of
strata: a season, a league, all. Differences are taken match by match before anything is drawn, hence paired.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np

    Numbers = np.ndarray[tuple[int], np.dtype[np.int64]]
    Values = np.ndarray[tuple[int], np.dtype[np.float64]]
    Sums = np.ndarray[tuple[int, int], np.dtype[np.float64]]

RESAMPLES = 2000
SEED = 20260304
CONFIDENCE = 0.95
# Of a resample's matches how many are held in memory at once.
AT_ONCE = 1_000_000


class Interval(NamedTuple):
    """A mean, and the bounds between which it lies with 95 % confidence."""

    mean: float
    low: float
    high: float


class Resampled:
    """A value per match, drawn again `resamples` times. The same values give the same intervals, whenever asked."""

    def __init__(self, values: Values, strata: Numbers, *, resamples: int = RESAMPLES, seed: int = SEED) -> None:
        import numpy as np

        self._names, members = np.unique(strata, return_inverse=True)
        self._counts = np.bincount(members, minlength=len(self._names))
        self._sums = np.bincount(members, weights=values, minlength=len(self._names))
        random = np.random.default_rng(seed)
        self._drawn = np.array(
            [_sums(values[members == number], resamples, random) for number in range(len(self._names))]
        )

    def interval(self, strata: Numbers) -> Interval:
        """Of the mean over all matches of these strata. Raises ValueError if none has a match."""
        import numpy as np

        chosen = np.isin(self._names, strata)
        count = self._counts[chosen].sum()
        if not count:
            raise ValueError("There is no match to draw.")
        means = self._drawn[chosen].sum(axis=0) / count
        low, high = np.quantile(means, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
        return Interval(float(self._sums[chosen].sum() / count), float(low), float(high))


def _sums(values: Values, resamples: int, random: np.random.Generator) -> Values:
    """Of each of so many draws, with replacement, of as many values as there are."""
    import numpy as np

    count = len(values)
    rows = max(1, AT_ONCE // count)
    return np.concatenate(
        [
            values[random.integers(count, size=(min(rows, resamples - first), count))].sum(axis=1)
            for first in range(0, resamples, rows)
        ]
    )
