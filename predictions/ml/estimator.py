"""The estimator, and how its classes become probabilities with names.

scikit-learn takes two to three seconds to import: only what fits or loads a model does so, not every command.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from math import exp
from typing import TYPE_CHECKING, Any, NamedTuple

from predictions.ml.features import Features

if TYPE_CHECKING:
    import numpy as np
    from sklearn.pipeline import Pipeline

# Inverse strength of the regularisation. Hardly matters with tens of thousands of matches; holds a small data set back.
C = 0.3


class Outcome(StrEnum):
    """How a match ends, in the order in which the ranked probability score takes them."""

    HOME = "home"
    DRAW = "draw"
    AWAY = "away"

    @classmethod
    def of(cls, home_goals: int, away_goals: int) -> Outcome:
        if home_goals == away_goals:
            return cls.DRAW
        return cls.HOME if home_goals > away_goals else cls.AWAY


OUTCOMES = tuple(Outcome)


class Prediction(NamedTuple):
    """Three probabilities with the sum 1, and the mean number of goals each team is expected to score."""

    home: float
    draw: float
    away: float
    expected_goals_home: float
    expected_goals_away: float


def new_pipeline() -> Pipeline:
    """An estimator that has seen nothing yet."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    return make_pipeline(StandardScaler(), LogisticRegression(C=C))


def probabilities(pipeline: Pipeline, features: Any) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """What `pipeline` says of rows of features: one column per outcome, in the order of OUTCOMES.

    Raises ValueError if it was not fitted to exactly these outcomes.
    """
    import numpy as np

    names = [str(name) for name in pipeline.classes_]
    if sorted(names) != sorted(OUTCOMES):
        raise ValueError(f"The model tells apart {', '.join(names)}; it should {', '.join(OUTCOMES)}.")
    rows = np.asarray(features, dtype=np.float64)
    return np.asarray(pipeline.predict_proba(rows)[:, [names.index(outcome) for outcome in OUTCOMES]])


def predict(pipeline: Pipeline, features: Sequence[Features]) -> list[Prediction]:
    """One prediction per match, in order, from a single call of the estimator."""
    if not features:
        return []
    return [
        Prediction(home, draw, away, exp(match.log_goals_home), exp(match.log_goals_away))
        for (home, draw, away), match in zip(probabilities(pipeline, features).tolist(), features, strict=True)
    ]
