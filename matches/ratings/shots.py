"""What shots say of a match beside its goals: luck shows less in chances than in what came of them.

Chances are shots weighed by where they went. Brought to the scale of goals by the league's own moving averages, and
mixed with the goals themselves, they are what a team was worth that day. On that are based another pair of attack and
defence ratings (`attack_defence`), which may learn faster from it than from goals, and another Elo rating.
"""

from __future__ import annotations

from math import exp, log

from matches.ratings import elo
from matches.ratings.state import Shots

PER_SHOT_ON_TARGET = 0.28
PER_OTHER_SHOT = 0.05
SHARE_OF_CHANCES = 0.75
LEVEL_STEP = 0.005
TEAM_STEP = 0.03
LOG_SHOTS_HOME = log(1.5)
LOG_SHOTS_AWAY = log(1.15)
K = 22.0
SCORE_PER_GOAL = 1.1
# Real football stays far inside; what a slip of the keyboard makes of it must not outweigh seasons.
MOST_WORTH = 20.0


def chances(shots: Shots) -> tuple[float, float]:
    """The chances of the home and of the away team, not yet on the scale of goals."""
    return (
        PER_SHOT_ON_TARGET * shots.home_on_target + PER_OTHER_SHOT * (shots.home - shots.home_on_target),
        PER_SHOT_ON_TARGET * shots.away_on_target + PER_OTHER_SHOT * (shots.away - shots.away_on_target),
    )


def goals_per_chance(mean_goals: float, mean_chances: float) -> float:
    """What brings chances to the scale of goals; 1 as long as none is known."""
    return mean_goals / mean_chances if mean_chances > 0.0 else 1.0


def worth(chances: float, goals: int, *, scale: float) -> float:
    """Goals that a team deserved. `scale` is `goals_per_chance`."""
    return min(MOST_WORTH, SHARE_OF_CHANCES * scale * chances + (1.0 - SHARE_OF_CHANCES) * goals)


def points_exchanged(home: float, away: float, home_worth: float, away_worth: float) -> float:
    """The points of the second Elo rating that the home team gains by what both were worth, and the away team loses."""
    score = 1.0 / (1.0 + exp(SCORE_PER_GOAL * (away_worth - home_worth)))
    return K * (score - elo.expected_score(home, away))
