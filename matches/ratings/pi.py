"""Pi-ratings: how many goals better than an average team a team is, at home and away apart.

Source: A. C. Constantinou and N. E. Fenton, "Determining the level of ability of football teams by dynamic ratings
based on the relative discrepancies in scores between adversaries", Journal of Quantitative Analysis in Sports 9 (2013),
with other learning rates. What happens at home teaches about away, too, and the other way round, but less.
"""

from __future__ import annotations

from math import copysign, log10

BASE = 10.0
SCALE = 3.0
STEP = 0.045
CARRIED_OVER = 0.7
"""How much of a step at the venue played at is taken at the other."""


def goals(rating: float) -> float:
    """The goals by which a team with this rating is expected to beat an average one."""
    return copysign(BASE ** (abs(rating) / SCALE) - 1.0, rating)


def expected_margin(pi_home: float, pi_away: float) -> float:
    """Goals of the home team less those of the away team, from what each is worth there."""
    return goals(pi_home) - goals(pi_away)


def step(pi_home: float, pi_away: float, home_goals: int, away_goals: int) -> float:
    """How far the home team's rating at home moves up, and the away team's rating away moves down."""
    error = home_goals - away_goals - expected_margin(pi_home, pi_away)
    return STEP * copysign(SCALE * log10(1.0 + abs(error)), error)
