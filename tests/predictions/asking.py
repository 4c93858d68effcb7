"""What tests of the service ask it, and how they read what it answers."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from matches.models import Match
from predictions import services
from predictions.cache import keys
from predictions.cache.store import Place
from predictions.ml.active import active_model

# No match has these ids.
UNKNOWN, OTHER_UNKNOWN = 10**9, 10**9 + 1


def place_of(match: Match | int) -> Place:
    match_id = match if isinstance(match, int) else match.pk
    return Place(match_id, keys.prediction(match_id, active_model().digest))


def body_of(match: Match, now: datetime) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(services.predict(match.pk, now=now).entry.body)
    return body


def upcoming(count: int) -> list[Match]:
    return list(Match.objects.scheduled().with_names().order_by("kickoff")[:count])


def finish(match: Match, home_goals: int, away_goals: int) -> None:
    match.status, match.home_goals, match.away_goals = Match.Status.FINISHED, home_goals, away_goals
    match.save()


def same(one: bytes, other: bytes) -> bool:
    """Whether two bodies are equal but for when they were made."""
    if b"{" not in one + other:
        return one == other
    first, second = json.loads(one), json.loads(other)
    del first["made_at"], second["made_at"]
    return bool(first == second)
