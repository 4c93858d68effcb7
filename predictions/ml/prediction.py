"""What a model says of matches: everything that an answer tells of a prediction, for many matches at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from predictions.ml.confidence import confidence_of
from predictions.ml.features import FEATURE_NAMES, Features
from predictions.ml.outcomes import probabilities
from predictions.ml.own_odds import OwnOdds
from predictions.ml.said import Said, numbers_said

if TYPE_CHECKING:
    import numpy as np

    from predictions.ml.fitting import FittedModel

    Rows = np.ndarray[tuple[int, int], np.dtype[np.float64]]

# No outcome is impossible: what is said to be less probable counts as this. So all markets are defined.
LEAST_PROBABILITY = 1e-12
_LOG_GOALS, _LOG_SHOTS = (
    [FEATURE_NAMES.index(f"log_{what}_{side}") for side in ("home", "away")] for what in ("goals", "shots")
)


@dataclass(frozen=True, slots=True)
class Prediction:
    """Of one match. All that is said of it comes from one distribution over scores, and so agrees."""

    home: float
    draw: float
    away: float
    """With the two before, the sum is 1."""
    expected_goals_home: float
    expected_goals_away: float
    """The mean number of goals, as for the home team."""
    with_market: tuple[float, float, float] | None
    """Home, draw, away of the classifier that goes by the match's own odds; it has no part in all the rest."""
    said: Said
    """All that is said, ready for JSON: the above, every market, why, and how far it can be trusted."""

    def as_json(self) -> dict[str, Any]:
        """The same as a dictionary. A market is {"probabilities": by selection, "fair_odds": by selection}."""
        return dict(self.said)


def predict(
    model: FittedModel,
    features: Sequence[Features],
    odds: Sequence[OwnOdds | None],
    *,
    confidence: Sequence[Mapping[str, Any]] | None = None,
) -> list[Prediction]:
    """One prediction per match, in order: one call of the pure classifier, and one of the other if it has a say.

    `odds` are the matches' own, None where there are none; `confidence` is what `confidence_table` made of the model's
    past. Raises ValueError if the lengths differ, or the model was fitted to other outcomes or features.
    """
    if len(features) != len(odds):
        raise ValueError(f"{len(features)} matches have {len(odds)} entries of odds.")
    if not features:
        return []
    import numpy as np

    from predictions.ml.explanation import explanations
    from predictions.ml.markets import expected_goals, market_probabilities, score_tables

    rows = np.array(features, dtype=np.float64)
    own = _possible(probabilities(model.pure, rows))
    tables = score_tables(_log_goals(rows), own)
    goals = expected_goals(tables)
    with_market = _with_market(model, rows, odds)
    parts = zip(
        own.tolist(),
        goals.tolist(),
        numbers_said(own, goals, market_probabilities(tables, own), with_market),
        explanations(model.pure, rows),
        strict=True,
    )
    return [
        Prediction(
            home,
            draw,
            away,
            goals_home,
            goals_away,
            with_market.get(number),
            Said(numbers, why, confidence_of(max(home, draw, away), confidence)),
        )
        for number, ((home, draw, away), (goals_home, goals_away), numbers, why) in enumerate(parts)
    ]


def _log_goals(rows: Rows) -> Rows:
    """The logarithms of the goals expected of home and away team: by results and, where known, by chances alike."""
    import numpy as np

    goals, shots = rows[:, _LOG_GOALS], rows[:, _LOG_SHOTS]
    return np.where(np.isnan(shots), goals, (goals + shots) / 2)


def _with_market(
    model: FittedModel, rows: Rows, odds: Sequence[OwnOdds | None]
) -> dict[int, tuple[float, float, float]]:
    """By the number of its row: what the other classifier says of matches whose odds are known."""
    import numpy as np

    known = {number: own for number, own in enumerate(odds) if own is not None}
    if model.with_market is None or not known:
        return {}
    told = np.hstack([rows[list(known)], np.array(list(known.values()))])
    said = _possible(probabilities(model.with_market, told)).tolist()
    return {number: (home, draw, away) for number, (home, draw, away) in zip(known, said, strict=True)}


def _possible(said: Rows) -> Rows:
    import numpy as np

    possible: Rows = np.maximum(said, LEAST_PROBABILITY)
    possible /= possible.sum(axis=1, keepdims=True)
    return possible
