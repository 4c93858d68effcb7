"""What must be beaten: how often each outcome came about so far, the same for every match of a league."""

from __future__ import annotations

from typing import TYPE_CHECKING

from predictions.ml.estimator import OUTCOMES

if TYPE_CHECKING:
    import numpy as np

    from predictions.ml.training_set import TrainingSet


class BaseRates:
    """The shares of the outcomes by league; those of all leagues together for a league not seen before."""

    def fit(self, data: TrainingSet) -> BaseRates:
        self.overall_ = _shares(data.outcomes)
        self.by_league_ = {
            int(league): _shares(data.outcomes[data.leagues == league]) for league in set(data.leagues.tolist())
        }
        return self

    def probabilities(self, data: TrainingSet) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
        """One row per match, one column per outcome, in the order of OUTCOMES."""
        import numpy as np

        return np.array([self.by_league_.get(league, self.overall_) for league in data.leagues.tolist()])


def _shares(outcomes: np.ndarray[tuple[int], np.dtype[np.str_]]) -> list[float]:
    return [float((outcomes == outcome).mean()) for outcome in OUTCOMES]
