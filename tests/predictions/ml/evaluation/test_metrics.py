from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, brier_score_loss, log_loss

from predictions.ml.evaluation.metrics import ranked_probability_scores, score
from predictions.ml.outcomes import OUTCOMES


def _made_up() -> tuple[Any, Any]:
    random = np.random.default_rng(2)
    return random.dirichlet((2, 1, 1), size=500), random.choice(list(OUTCOMES), size=500)


@pytest.mark.parametrize(
    ("probabilities", "outcome", "rps"),
    [
        # Table 3 of Constantinou and Fenton (2012), with home, draw and away wins.
        ((1.0, 0.0, 0.0), "home", 0.0),
        ((0.9, 0.1, 0.0), "home", 0.005),
        ((0.8, 0.1, 0.1), "home", 0.025),
        ((0.5, 0.25, 0.25), "home", 0.15625),
        ((0.35, 0.3, 0.35), "draw", 0.1225),
        ((0.6, 0.3, 0.1), "draw", 0.185),
        ((0.6, 0.25, 0.15), "draw", 0.19125),
        ((0.6, 0.15, 0.25), "draw", 0.21125),
        ((0.57, 0.33, 0.1), "home", 0.09745),
        ((0.6, 0.2, 0.2), "home", 0.1),
        ((0.0, 0.0, 1.0), "home", 1.0),
    ],
)
def test_the_ranked_probability_score(probabilities: tuple[float, ...], outcome: str, rps: float) -> None:
    assert score(np.array([probabilities]), np.array([outcome])).rps == pytest.approx(rps)


def test_log_loss_and_accuracy_are_those_of_scikit_learn() -> None:
    probabilities, outcomes = _made_up()
    names = sorted(OUTCOMES)
    turned = probabilities[:, [OUTCOMES.index(name) for name in names]]
    scores = score(probabilities, outcomes)

    assert scores.log_loss == pytest.approx(log_loss(outcomes, turned, labels=names))
    assert scores.accuracy == accuracy_score(outcomes, np.array(OUTCOMES)[probabilities.argmax(axis=1)])


def test_what_was_called_impossible_costs_much_but_not_everything() -> None:
    assert score(np.array([[1.0, 0.0, 0.0]]), np.array(["away"])).log_loss == pytest.approx(34.54, abs=0.01)


def test_scores_are_means() -> None:
    both = np.array([[1.0, 0.0, 0.0], [1.0, 0.0, 0.0]])

    assert score(both, np.array(["home", "away"])).rps == 0.5
    assert score(both, np.array(["home", "away"])).accuracy == 0.5


def test_no_match_has_no_score() -> None:
    with pytest.raises(ValueError, match="no match"):
        score(np.empty((0, 3)), np.array([], dtype=str))


def test_the_brier_score_is_that_of_scikit_learn() -> None:
    probabilities, outcomes = _made_up()
    names = sorted(OUTCOMES)
    turned = probabilities[:, [OUTCOMES.index(name) for name in names]]

    assert score(probabilities, outcomes).brier == pytest.approx(
        brier_score_loss(outcomes, turned, labels=names, scale_by_half=False)
    )


def test_the_calibration_error_is_that_of_the_most_probable_outcome() -> None:
    probabilities, outcomes = _made_up()
    top = probabilities.max(axis=1)
    right = np.array(OUTCOMES)[probabilities.argmax(axis=1)] == outcomes
    expected = sum(
        abs(top[chosen].sum() - right[chosen].sum())
        for chosen in (np.floor(top * 10) == number for number in range(10))
    ) / len(outcomes)

    assert score(probabilities, outcomes).calibration_error == pytest.approx(expected)


def test_each_match_has_a_ranked_probability_score() -> None:
    probabilities, outcomes = _made_up()
    each = ranked_probability_scores(probabilities, outcomes)

    assert each.shape == (500,)
    assert each[7] == score(probabilities[7:8], outcomes[7:8]).rps
