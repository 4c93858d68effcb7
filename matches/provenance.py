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


def stated_groups(changed: Iterable[str], *, time_known: bool | None) -> set[str]:
    """The groups of which a person who changes these fields says something.

    A kickoff is a day and a time of day; unless that is unknown, as it stays when both are untouched.
    """
    groups = groups_of(changed)
    return groups | {"time"} if "kickoff" in groups and time_known else groups
