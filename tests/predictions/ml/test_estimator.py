from __future__ import annotations

from math import exp, log
from typing import Any

import numpy as np
import pytest

from predictions.ml.estimator import OUTCOMES, Outcome, new_pipeline, predict, probabilities
from predictions.ml.features import Features
from tests.predictions.ml.conftest import fitted, training_set

STRONG, EVEN, WEAK = Features(3.0, log(2.5), log(0.6)), Features(0.0, log(1.5), log(1.1)), Features(-3.0, 0.0, 0.0)


@pytest.mark.parametrize(("goals", "outcome"), [((2, 1), "home"), ((0, 0), "draw"), ((0, 3), "away")])
def test_outcomes(goals: tuple[int, int], outcome: str) -> None:
    assert Outcome.of(*goals) == outcome


def test_probabilities_sum_to_one() -> None:
    predictions = predict(fitted(), [STRONG, EVEN, WEAK, Features(40.0, 3.0, -3.0)])

    assert all(abs(one.home + one.draw + one.away - 1) < 1e-9 for one in predictions)


def test_each_probability_is_that_of_its_outcome() -> None:
    strong, _, weak = predict(fitted(), [STRONG, EVEN, WEAK])

    assert strong.home > 0.8 > 0.1 > strong.away
    assert weak.away > 0.8 > 0.1 > weak.home


def test_the_order_of_a_models_classes_is_not_taken_for_granted() -> None:
    """Names that sort otherwise: what scikit-learn calls the first class is another outcome then."""
    turned = {"home": "0", "draw": "2", "away": "1"}
    data = training_set(1)
    pipeline = new_pipeline().fit(data.features, np.array([turned[name] for name in data.outcomes.tolist()]))
    pipeline[-1].classes_ = np.array(["home", "away", "draw"])

    assert probabilities(pipeline, data.features) == pytest.approx(probabilities(fitted(), data.features), abs=1e-4)


def test_expected_goals_are_the_exponentials_of_their_logarithms() -> None:
    [one] = predict(fitted(), [STRONG])

    assert (one.expected_goals_home, one.expected_goals_away) == (exp(log(2.5)), exp(log(0.6)))


def test_predictions_come_in_order_and_are_the_same_one_by_one() -> None:
    matches = [Features(x / 7, x / 50, -x / 50) for x in range(-20, 20)]
    together = predict(fitted(), matches)

    for match, prediction in zip(matches, together, strict=True):
        assert predict(fitted(), [match])[0] == pytest.approx(prediction, abs=1e-12)


def test_no_match_is_no_prediction() -> None:
    assert predict(fitted(), []) == []


@pytest.mark.parametrize("classes", [["home", "draw"], ["1", "2", "X"], [0, 1, 2]])
def test_other_outcomes_are_refused(classes: list[Any]) -> None:
    pipeline = fitted()
    pipeline[-1].classes_ = np.array(classes)
    with pytest.raises(ValueError, match="it should home, draw, away"):
        probabilities(pipeline, [EVEN])


def test_outcomes_are_ranked_from_home_to_away() -> None:
    assert OUTCOMES == ("home", "draw", "away")
