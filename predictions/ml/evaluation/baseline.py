"""What a model must beat: base rates, which know nothing of the teams, and Elo ratings alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from predictions.ml.features import FEATURE_NAMES
from predictions.ml.outcomes import OUTCOMES, probabilities

if TYPE_CHECKING:
    import numpy as np

    from predictions.ml.training_set import TrainingSet

    Rows = np.ndarray[tuple[int, int], np.dtype[np.float64]]


class BaseRates:
    """The shares of the outcomes by league; those of all leagues together for a league not seen before."""

    def fit(self, data: TrainingSet) -> BaseRates:
        self.overall_ = _shares(data.outcomes)
        self.by_league_ = {
            league: _shares(data.outcomes[data.leagues == league]) for league in set(data.leagues.tolist())
        }
        return self

    def probabilities(self, data: TrainingSet) -> Rows:
        """One row per match, one column per outcome, in the order of OUTCOMES."""
        import numpy as np

        return np.array([self.by_league_.get(league, self.overall_) for league in data.leagues.tolist()])


class EloAlone:
    """A logistic regression on the difference of the teams' Elo ratings, and on nothing else."""

    def fit(self, data: TrainingSet) -> EloAlone:
        from sklearn.linear_model import LogisticRegression

        self.classifier_ = LogisticRegression().fit(_elo(data), data.outcomes)
        return self

    def probabilities(self, data: TrainingSet) -> Rows:
        """One row per match, one column per outcome, in the order of OUTCOMES."""
        return probabilities(self.classifier_, _elo(data))


def _elo(data: TrainingSet) -> Rows:
    column = FEATURE_NAMES.index("elo_difference")
    return data.features[:, column : column + 1]


def _shares(outcomes: np.ndarray[tuple[int], np.dtype[np.str_]]) -> list[float]:
    return [float((outcomes == outcome).mean()) for outcome in OUTCOMES]
