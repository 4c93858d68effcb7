"""What the ratings know of a league and its teams at one moment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Ratings(NamedTuple):
    """What a team is worth. Elo in points, the others in logarithms of goals."""

    elo: float
    attack_home: float
    attack_away: float
    defence_home: float
    defence_away: float


class TeamState(NamedTuple):
    """One team: its ratings, how many matches it has played this season, and whether it is new in the league."""

    ratings: Ratings
    played: int
    promoted: bool


class LeagueState(NamedTuple):
    """A league: the logarithms of the goals its home and away teams score on average, and its teams by id."""

    log_goals_home: float
    log_goals_away: float
    teams: Mapping[int, TeamState]


class Result(NamedTuple):
    """A match that was played: ids of the teams, and their goals."""

    home_team: int
    away_team: int
    home_goals: int
    away_goals: int
