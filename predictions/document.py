"""The JSON document that a client gets for a prediction."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from matches.api.serializers import MatchSerializer
from matches.models import Match
from predictions.ml.active import ActiveModel
from predictions.ml.estimator import Prediction


def prediction_document(match: Match, prediction: Prediction, model: ActiveModel, *, now: datetime) -> dict[str, Any]:
    """Probabilities sum to 1; goals are the mean number expected; times are UTC. `now` is when it was made.

    A prediction made after kickoff uses only what was known before it all the same, and says that it is retrospective.
    """
    return {
        "match": MatchSerializer(match).data,
        "probabilities": {"home": prediction.home, "draw": prediction.draw, "away": prediction.away},
        "expected_goals": {"home": prediction.expected_goals_home, "away": prediction.expected_goals_away},
        "model": {"version": model.version, "trained_at": _iso(model.trained_at)},
        "made_at": _iso(now),
        "retrospective": now >= match.kickoff,
    }


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
