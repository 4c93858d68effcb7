"""How a match can end, and which column of a classifier's probabilities stands for which end."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np


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


def columns_of(classifier: Any) -> list[int]:
    """Where the outcomes, in the order of OUTCOMES, are among the classes of a fitted classifier.

    Raises ValueError if it was not fitted to exactly these outcomes.
    """
    names = [str(name) for name in classifier.classes_]
    if sorted(names) != sorted(OUTCOMES):
        raise ValueError(f"The model tells apart {', '.join(names)}; it should {', '.join(OUTCOMES)}.")
    return [names.index(outcome) for outcome in OUTCOMES]


def probabilities(classifier: Any, features: Any) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """What `classifier` says of rows of features: one column per outcome, in the order of OUTCOMES.

    Raises ValueError if it was not fitted to exactly these outcomes.
    """
    import numpy as np

    columns = columns_of(classifier)
    rows = np.asarray(features, dtype=np.float64)
    return np.asarray(classifier.predict_proba(rows)[:, columns])
