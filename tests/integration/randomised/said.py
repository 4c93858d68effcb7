"""What an answer says, in a form that can be compared: without when it was made, and rounded.

Two parts, since they may be read at two moments by one who is slow: the match itself, and what a model makes of its
features. Sums of floating point numbers differ in the last digits with how many matches are asked for at once.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from hashlib import blake2b
from typing import Any, NamedTuple

from predictions.cache.entry import ABSENCE
from predictions.ml.prediction import Prediction

DIGITS = 7


class Said(NamedTuple):
    match: str
    """A hash of the match: league, teams, kickoff, status, score."""
    model: str
    """The version of the model."""
    prediction: str
    """A hash of the prediction."""
    kickoff: float
    """Seconds since 1970."""
    kind: str
    """`before` kickoff, or `frozen` or `retrospective` after it."""


def said(body: bytes) -> Said | None:
    """None for an absence."""
    if body == ABSENCE:
        return None
    document = json.loads(body)
    kind = "frozen" if document["frozen"] else "retrospective" if document["retrospective"] else "before"
    return Said(
        match=_hash(document["match"]),
        model=document["model"]["version"],
        prediction=_hash({part: document[part] for part in ("probabilities", "expected_goals")}),
        kickoff=datetime.fromisoformat(document["match"]["kickoff"]).timestamp(),
        kind=kind,
    )


def hash_of(prediction: Prediction) -> str:
    """What `Said.prediction` is of an answer with this prediction."""
    return _hash(
        {
            "probabilities": {"home": prediction.home, "draw": prediction.draw, "away": prediction.away},
            "expected_goals": {"home": prediction.expected_goals_home, "away": prediction.expected_goals_away},
        }
    )


def _hash(part: Mapping[str, Any]) -> str:
    return blake2b(json.dumps(_rounded(part), sort_keys=True).encode(), digest_size=6).hexdigest()


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, DIGITS)
    return {name: _rounded(part) for name, part in value.items()} if isinstance(value, dict) else value
