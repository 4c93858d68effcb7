"""Which columns a prediction has as CSV: always the same, whatever is known of a match.

Left out are form, last meetings and the reasons, which are no numbers: JSON has them.
"""

from __future__ import annotations

from collections.abc import Iterable

from predictions.api.schemas import MARKETS

_OUTCOMES = ("home", "draw", "away")
_SCORES = (*(f"{home}-{away}" for home in range(5) for away in range(5)), *(f"other_{end}" for end in _OUTCOMES))


def _below(name: str, members: Iterable[str]) -> tuple[str, ...]:
    return tuple(f"{name}.{member}" for member in members)


def _market(selections: Iterable[str]) -> tuple[str, ...]:
    return (*_below("probabilities", selections), *_below("fair_odds", selections))


_TEAMS = ("home_team.id", "home_team.name", "away_team.id", "away_team.name")
_SAID = (
    *_market(_OUTCOMES),
    *_below("expected_goals", ("home", "away")),
    *_below("expected_points", ("home", "away")),
    *(column for name, selections in MARKETS.items() for column in _below(f"markets.{name}", _market(selections))),
    *_below("correct_score", _SCORES),
    *_below("with_market", _market(_OUTCOMES)),
    *_below("confidence", ("share", "matches")),
    *_below("model", ("version", "trained_at")),
)

PREDICTION = (
    *_below("match", ("id", "league.code", "league.name", "season", "kickoff", "kickoff_time_known", "day", *_TEAMS)),
    *_below("match", ("status", "score.home", "score.away")),
    *_SAID,
    *("made_at", "frozen", "retrospective", "in_sample"),
)
ITEM = (
    *("match_id", "status", "cache_status", "age", "etag"),
    *_below("prediction", PREDICTION),
    "problem.detail",
)
WHAT_IF = (*_below("what_if", ("league.code", "league.name", "season", "day", *_TEAMS)), *_SAID, "retrospective")
