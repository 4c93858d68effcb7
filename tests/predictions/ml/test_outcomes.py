from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from predictions.ml.outcomes import OUTCOMES, Outcome, columns_of, probabilities

ROWS = np.random.default_rng(1).normal(size=(300, 2))
NAMES = np.where(ROWS[:, 0] > 0.4, "home", np.where(ROWS[:, 0] < -0.4, "away", "draw"))


def _fitted(names: Any) -> LogisticRegression:
    return LogisticRegression().fit(ROWS, names)


@pytest.mark.parametrize(("goals", "outcome"), [((2, 1), "home"), ((0, 0), "draw"), ((0, 3), "away")])
def test_outcomes(goals: tuple[int, int], outcome: str) -> None:
    assert Outcome.of(*goals) == outcome


def test_outcomes_are_ranked_from_home_to_away() -> None:
    assert OUTCOMES == ("home", "draw", "away")


def test_each_probability_is_that_of_its_outcome() -> None:
    strong, weak = probabilities(_fitted(NAMES), [[3.0, 0.0], [-3.0, 0.0]])

    assert strong[0] > 0.8 > 0.2 > strong[1] > strong[2]
    assert weak[2] > 0.8 > 0.2 > weak[1] > weak[0]


def test_the_order_of_a_models_classes_is_not_taken_for_granted() -> None:
    """Names that sort otherwise: what scikit-learn calls the first class is another outcome then."""
    turned = _fitted(np.where(NAMES == "home", "0", np.where(NAMES == "away", "1", "2")))
    turned.classes_ = np.array(["home", "away", "draw"])

    assert columns_of(turned) == [0, 2, 1]
    assert probabilities(turned, ROWS) == pytest.approx(probabilities(_fitted(NAMES), ROWS), abs=1e-3)


@pytest.mark.parametrize("classes", [["home", "draw"], ["1", "2", "X"], [0, 1, 2]])
def test_other_outcomes_are_refused(classes: list[Any]) -> None:
    classifier = _fitted(NAMES)
    classifier.classes_ = np.array(classes)
    with pytest.raises(ValueError, match="it should home, draw, away"):
        probabilities(classifier, ROWS)
