"""From a training set to the two classifiers that make up a model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from predictions.ml.features import FEATURE_NAMES, FEATURE_SETS
from predictions.ml.outcomes import OUTCOMES
from predictions.ml.own_odds import OWN_ODDS_NAMES

if TYPE_CHECKING:
    import numpy as np

    from predictions.ml.estimator import OutcomeClassifier
    from predictions.ml.training_set import TrainingSet

    Array = np.ndarray[Any, Any]

# With fewer, who is told the odds says nothing better than who is not: see docs/model.md.
FEWEST_WITH_ODDS = 500
# How much of what a match teaches is how it ended; the rest is how probable bookmakers held each end to be. One result
# is mostly chance, and they know much that features do not tell.
OUTCOME_SHARE = 0.5


class FittedModel(NamedTuple):
    """A model, fitted: what it says without knowing a match's own odds, and with them."""

    pure: OutcomeClassifier
    """Takes rows of FEATURE_NAMES."""
    with_market: OutcomeClassifier | None
    """Takes rows of FEATURE_NAMES and OWN_ODDS_NAMES. None if too few matches with odds were known."""


def new_classifier(*, with_market: bool) -> OutcomeClassifier:
    """A classifier that has seen nothing yet.

    Who is told a match's own odds goes by these alone: beside them no feature was found to help, and with few matches
    each did harm, see docs/model.md.
    """
    from predictions.ml.estimator import OutcomeClassifier

    names = (*FEATURE_NAMES, *OWN_ODDS_NAMES)
    sets = [OWN_ODDS_NAMES] if with_market else FEATURE_SETS.values()
    return OutcomeClassifier(tuple(tuple(map(names.index, columns)) for columns in sets))


def fit_model(data: TrainingSet) -> FittedModel:
    """Learn from all matches of `data`, which hold every outcome."""
    import numpy as np

    pure = new_classifier(with_market=False).fit(*_softened(data))
    has_odds = ~np.isnan(data.own_odds).any(axis=1)
    if has_odds.sum() < FEWEST_WITH_ODDS or len(np.unique(data.outcomes[has_odds])) < len(OUTCOMES):
        return FittedModel(pure, None)
    # The odds are its features: as part of its target they would teach it to repeat them.
    told = np.hstack([data.features, data.own_odds])[has_odds]
    with_market = new_classifier(with_market=True).fit(told, data.outcomes[has_odds])
    return FittedModel(pure, with_market)


def _softened(data: TrainingSet) -> tuple[Array, Array, Array]:
    """Rows, classes and weights that teach what each match's shares of the outcomes are.

    A row for each outcome that has a share, which is its weight. Those of a match sum to 1, so it counts once, in the
    scaling of columns as well.
    """
    import numpy as np

    names = np.array([outcome.value for outcome in OUTCOMES])
    happened = (data.outcomes[:, None] == names).astype(np.float64)
    mixed = OUTCOME_SHARE * happened + (1 - OUTCOME_SHARE) * data.odds
    shares = np.where(data.has_odds[:, None], mixed, happened)
    matches, outcomes = np.nonzero(shares)
    return data.features[matches], names[outcomes], shares[matches, outcomes]
