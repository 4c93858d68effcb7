"""The JSON document that a client gets for a prediction."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from matches.api.serializers import MatchSerializer
from matches.models import Match
from predictions.published import Publication


def prediction_document(match: Match, said: Publication, *, now: datetime) -> dict[str, Any]:
    """Probabilities sum to 1; goals are the mean number expected; times are UTC.

    `frozen`: the match has kicked off, and this is what was said of it before. `retrospective`: nothing was, so this
    was made afterwards; it uses only what was known before all the same.
    """
    prediction, made_at = said.prediction, said.made_at
    return {
        "match": MatchSerializer(match).data,
        "probabilities": {"home": prediction.home, "draw": prediction.draw, "away": prediction.away},
        "expected_goals": {"home": prediction.expected_goals_home, "away": prediction.expected_goals_away},
        "model": {"version": said.model_version, "trained_at": _iso(said.trained_at)},
        "made_at": _iso(made_at),
        "frozen": made_at < match.kickoff <= now,
        "retrospective": made_at >= match.kickoff,
    }


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
