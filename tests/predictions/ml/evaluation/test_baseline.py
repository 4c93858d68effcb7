from __future__ import annotations

from dataclasses import replace

import numpy as np

from predictions.ml.evaluation.baseline import BaseRates, EloAlone
from predictions.ml.evaluation.metrics import score
from predictions.ml.features import FEATURE_NAMES
from predictions.ml.training_set import TrainingSet
from tests.predictions.ml.conftest import training_set

ELO = FEATURE_NAMES.index("elo_difference")


def _set(*matches: tuple[str, str]) -> TrainingSet:
    leagues, outcomes = zip(*matches, strict=True)
    nothing, numbers = np.zeros((len(matches), 3)), np.zeros(len(matches), dtype=np.int64)
    return TrainingSet(nothing, np.array(outcomes), numbers, numbers, np.array(leagues), nothing, nothing, numbers)


KNOWN = _set(("en.1", "home"), ("en.1", "home"), ("en.1", "draw"), ("en.1", "away"), ("en.2", "away"), ("en.2", "draw"))


def test_each_league_has_its_own_rates_in_the_order_of_outcomes() -> None:
    rates = BaseRates().fit(KNOWN).probabilities(_set(("en.2", "home"), ("en.1", "away"), ("en.2", "away")))

    assert rates.tolist() == [[0, 0.5, 0.5], [0.5, 0.25, 0.25], [0, 0.5, 0.5]]


def test_a_league_not_seen_before_has_those_of_all() -> None:
    assert BaseRates().fit(KNOWN).probabilities(_set(("en.3", "home"))).tolist() == [[2 / 6, 2 / 6, 2 / 6]]


def test_elo_alone_reads_nothing_but_the_difference_of_elo() -> None:
    data = training_set()
    others = replace(data, features=np.where(np.arange(len(FEATURE_NAMES)) == ELO, data.features, np.nan))
    said = EloAlone().fit(data).probabilities(data)

    assert np.array_equal(EloAlone().fit(others).probabilities(others), said)
    assert np.allclose(said.sum(axis=1), 1)
    assert score(said, data.outcomes).rps < score(BaseRates().fit(data).probabilities(data), data.outcomes).rps - 0.01


def test_elo_alone_expects_more_of_the_better_team_in_the_order_of_outcomes() -> None:
    data = training_set()
    home, _, away = EloAlone().fit(data).probabilities(data)[data.features[:, ELO].argsort()].T

    assert (np.diff(home) >= 0).all()
    assert (np.diff(away) <= 0).all()
    assert home[-1] > 0.8 > 0.2 > home[0]
