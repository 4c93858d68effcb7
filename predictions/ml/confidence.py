"""How far a prediction can be trusted: how often predictions like it came true when they were put to the test."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from predictions.ml.outcomes import OUTCOMES

if TYPE_CHECKING:
    import numpy as np

# Predictions are alike if their highest probability is. So many are one bin at least, which tells a share to 3 %.
FEWEST_MATCHES = 250
MOST_BINS = 20


def confidence_table(
    probabilities: np.ndarray[tuple[int, int], np.dtype[np.float64]],
    outcomes: np.ndarray[tuple[int], np.dtype[np.str_]],
) -> list[dict[str, Any]]:
    """How often the most probable outcome came about, by how probable it was said to be. Empty if there are too few.

    From predictions of matches that the model had not learnt from: one row of probabilities for each, in the order of
    OUTCOMES. Ready for JSON, from the least probable up: {"from": lowest probability, "matches": how many, "share": in
    which it came about}. Bins of equal numbers, joined until the share grows with the probability: the pool-adjacent-
    violators algorithm (M. Ayer, H. D. Brunk et al., "An empirical distribution function for sampling with incomplete
    information", Annals of Mathematical Statistics 26, 1955).
    """
    import numpy as np
    from sklearn.isotonic import IsotonicRegression

    bins = min(MOST_BINS, len(outcomes) // FEWEST_MATCHES)
    if not bins:
        return []
    top = probabilities.max(axis=1)
    came_about = np.array(OUTCOMES)[probabilities.argmax(axis=1)] == outcomes
    edges = np.unique(np.quantile(top, np.arange(bins) / bins, method="lower"))
    numbers = np.searchsorted(edges, top, side="right") - 1
    matches, right = np.bincount(numbers), np.bincount(numbers, weights=came_about)
    shares = IsotonicRegression().fit_transform(np.arange(len(edges)), right / matches, sample_weight=matches)
    firsts = np.unique(shares, return_index=True)[1]
    return [
        {"from": float(edge), "matches": int(count), "share": float(hits / count)}
        for edge, count, hits in zip(
            edges[firsts], np.add.reduceat(matches, firsts), np.add.reduceat(right, firsts), strict=True
        )
    ]


def confidence_of(top_probability: float, table: Sequence[Mapping[str, Any]] | None) -> dict[str, Any] | None:
    """What `table` knows of predictions whose highest probability is about this: {"share", "matches"}.

    None if nothing was measured.
    """
    if not table:
        return None
    row = next((row for row in reversed(table) if row["from"] <= top_probability), table[0])
    return {"share": row["share"], "matches": row["matches"]}
