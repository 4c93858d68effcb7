"""A model is believed only after it has predicted ordinary matches, as it will be served."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pytest

from predictions.ml.features import FEATURE_SETS, Features
from predictions.ml.fitting import FittedModel, fit_model
from predictions.ml.trial import FailedTrial, ordinary_matches, try_out
from tests.predictions.ml.conftest import training_set

CONFIDENCE = [{"from": 0.4, "matches": 250, "share": 0.41}, {"from": 0.6, "matches": 500, "share": 0.7}]


@pytest.fixture
def model() -> FittedModel:
    """Fitted anew for each test, which may spoil it."""
    return fit_model(training_set(1, odds=True))


@pytest.mark.parametrize("scores", [None, {}, {"confidence": []}, {"confidence": CONFIDENCE}])
def test_a_model_as_it_is_trained_passes(model: FittedModel, scores: Any) -> None:
    try_out(model, scores)
    try_out(fit_model(training_set(1)), scores)


def test_every_set_of_columns_is_tried_with_odds_and_without() -> None:
    """By what a match is judged is the first set of which all is known."""
    tried = {
        (next(name for name, columns in FEATURE_SETS.items() if _knows(match, columns)), odds is not None)
        for match, odds in ordinary_matches()
    }

    assert tried == set(product(FEATURE_SETS, (True, False)))


def _knows(match: Features, columns: tuple[str, ...]) -> bool:
    return not any(np.isnan(getattr(match, column)) for column in columns)


@pytest.mark.parametrize("name", ["pure", "with_market"])
@pytest.mark.parametrize("number", [0, -1])
def test_what_is_not_a_number_fails_whichever_regression_says_it(model: FittedModel, name: str, number: int) -> None:
    getattr(model, name).pipelines_[number][-1].intercept_[:] = np.nan
    with pytest.raises(FailedTrial):
        try_out(model, None)


def test_an_advantage_at_home_that_no_sentence_can_tell_fails(model: FittedModel) -> None:
    """Finite, and so are the probabilities: but nobody wins e^5000 times as often."""
    model.pure.pipelines_[-1][-1].intercept_[:] = (0, 0, 5000)
    with pytest.raises(FailedTrial, match="can't predict an ordinary match \\(OverflowError"):
        try_out(model, None)


def test_probabilities_that_do_not_sum_to_1_fail(model: FittedModel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("predictions.ml.prediction._possible", lambda said: said * 0.9)
    with pytest.raises(FailedTrial, match="of an ordinary match"):
        try_out(model, None)


@pytest.mark.parametrize(
    ("scores", "told"),
    [
        ([1], r"has scores that are none: \[1\]"),
        ([], "has scores that are none"),
        ("good", "has scores that are none: 'good'"),
        ({"confidence": 3}, "TypeError"),
        ({"confidence": [3]}, "TypeError"),
        ({"confidence": [{"from": 0.5}]}, "KeyError: 'share'"),
        ({"confidence": [*CONFIDENCE, {"from": 0.99, "share": 0.9}]}, "KeyError: 'matches'"),
        ({"confidence": [{"matches": 250, "share": 0.5}]}, "KeyError: 'from'"),
        ({"confidence": [{"from": "half", "matches": 250, "share": 0.5}]}, "TypeError"),
        ({"confidence": [{"from": 0.5, "matches": 250, "share": float("nan")}]}, "confidence table that can't be"),
        ({"confidence": [{"from": 0.5, "matches": 250, "share": 50}]}, "confidence table that can't be"),
        ({"confidence": {"from": 0.5, "matches": 250, "share": 0.5}}, "TypeError"),
    ],
)
def test_scores_that_could_not_be_served_fail_with_the_reason(model: FittedModel, scores: Any, told: str) -> None:
    with pytest.raises(FailedTrial, match=told):
        try_out(model, scores)
