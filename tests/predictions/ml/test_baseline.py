from __future__ import annotations

import numpy as np

from predictions.ml.baseline import BaseRates
from predictions.ml.training_set import TrainingSet


def _set(*matches: tuple[int, str]) -> TrainingSet:
    leagues, outcomes = zip(*matches, strict=True)
    nothing = np.zeros(len(matches), dtype=np.int64)
    return TrainingSet(np.zeros((len(matches), 3)), np.array(outcomes), nothing, nothing, np.array(leagues))


KNOWN = _set((1, "home"), (1, "home"), (1, "draw"), (1, "away"), (2, "away"), (2, "draw"))


def test_each_league_has_its_own_rates_in_the_order_of_outcomes() -> None:
    rates = BaseRates().fit(KNOWN).probabilities(_set((2, "home"), (1, "away"), (2, "away")))

    assert rates.tolist() == [[0, 0.5, 0.5], [0.5, 0.25, 0.25], [0, 0.5, 0.5]]


def test_a_league_not_seen_before_has_those_of_all() -> None:
    assert BaseRates().fit(KNOWN).probabilities(_set((3, "home"))).tolist() == [[2 / 6, 2 / 6, 2 / 6]]
