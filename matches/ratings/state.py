"""What the ratings know of a league and its teams at one moment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Ratings(NamedTuple):
    """What a team is worth: Elo in points, pi in goals' logarithms to the base 10, all others in natural logarithms."""

    elo: float
    pi_home: float
    pi_away: float
    attack: float
    defence: float
    shots_elo: float
    shots_attack: float
    shots_defence: float
    market: float
    shots_known: float
    """The share of its recent matches whose shots are known."""
    market_known: float
    """The share of its recent matches whose odds are known."""


class Levels(NamedTuple):
    """What is common to all matches of a league."""

    log_goals_home: float
    log_goals_away: float
    log_shots_home: float
    log_shots_away: float
    mean_goals: float
    """A moving average of the goals in a match whose shots are known."""
    mean_chances: float
    """The same of its chances, as `shots.chances` counts them."""
    market_home_advantage: float


class TeamState(NamedTuple):
    """One team: its ratings, how many matches it has played this season, and whether it is new in the league."""

    ratings: Ratings
    played: int
    promoted: bool


class LeagueState(NamedTuple):
    """A league, and its teams by id."""

    levels: Levels
    teams: Mapping[int, TeamState]


class Shots(NamedTuple):
    """Shots by the home and the away team, then those of them that were on target."""

    home: int
    away: int
    home_on_target: int
    away_on_target: int


class Odds(NamedTuple):
    """Decimal odds, each above 1."""

    home: float
    draw: float
    away: float


class Result(NamedTuple):
    """A match that was played: ids of the teams, their goals, and what else is known of it."""

    home_team: int
    away_team: int
    home_goals: int
    away_goals: int
    shots: Shots | None = None
    odds: Odds | None = None
