"""The groups of a match's fields whose source `Match.provenance` names, and what a person's word is called there."""

from __future__ import annotations

from collections.abc import Iterable

ADMIN = "admin"
"""The source that outranks every other: what a person entered."""

GROUPS = {
    "kickoff": ("kickoff",),
    "time": ("kickoff_time_known",),
    "status": ("status",),
    "result": ("home_goals", "away_goals"),
    "shots": ("home_shots", "away_shots", "home_shots_on_target", "away_shots_on_target"),
    "odds": ("closing_odds_home", "closing_odds_draw", "closing_odds_away"),
}
"""`kickoff` stands for the day; `time` for the time of day, and for whether it is known."""


def groups_of(fields: Iterable[str]) -> set[str]:
    """The groups to which any of `fields` belongs. Fields of none, such as the teams, have no source."""
    fields = set(fields)
    return {group for group, members in GROUPS.items() if fields & set(members)}
