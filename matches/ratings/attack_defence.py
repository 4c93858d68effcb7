"""Attack and defence ratings, learnt online: one step of gradient ascent per match on a Poisson likelihood.

Each team attacks and defends: ln λ_home = μ_home + attack_home − defence_away, and likewise away. With e = goals − λ,
which is the derivative of the Poisson log-likelihood by ln λ, every term moves along its sign. What is counted may be
goals, or what shots are worth in goals.
"""

from __future__ import annotations

from math import exp, log
from typing import NamedTuple

LOG_GOALS_HOME = log(1.5)
LOG_GOALS_AWAY = log(1.12)
TEAM_STEP = 0.012
EARLY_MATCHES = 8.0
PROMOTED_STEP = 0.015
PROMOTED_MATCHES = 10.0
LEAGUE_STEP = 0.002
# Real football stays far inside. A score typed wrongly must not make the steps overshoot, and so grow without end.
LOG_GOALS_MOST = log(20.0)


class Steps(NamedTuple):
    """What one result adds to the ratings it concerns."""

    home_attack: float
    home_defence: float
    away_attack: float
    away_defence: float
    log_goals_home: float
    log_goals_away: float


def log_expected_goals(
    log_goals_home: float,
    log_goals_away: float,
    *,
    home_attack: float,
    home_defence: float,
    away_attack: float,
    away_defence: float,
) -> tuple[float, float]:
    """ln λ of the home and of the away team, the logarithms of the goals each is expected to score.

    From the league's levels, and what the two teams are worth.
    """
    return (
        _bounded(log_goals_home + home_attack - away_defence),
        _bounded(log_goals_away + away_attack - home_defence),
    )


def learning_rate(*, played: int, promoted: bool, step: float = TEAM_STEP) -> float:
    """How far a team's ratings move per goal of error: further early in a season, and further still if it is new."""
    rate = step * (1.0 + exp(-played / EARLY_MATCHES))
    return rate + PROMOTED_STEP * exp(-played / PROMOTED_MATCHES) if promoted else rate


def steps(
    log_goals_home: float,
    log_goals_away: float,
    *,
    home_attack: float,
    home_defence: float,
    away_attack: float,
    away_defence: float,
    home_goals: float,
    away_goals: float,
    home_rate: float,
    away_rate: float,
) -> Steps:
    """What a match's goals teach. The rates are those of `learning_rate`; all else is as before the match."""
    log_home, log_away = log_expected_goals(
        log_goals_home,
        log_goals_away,
        home_attack=home_attack,
        home_defence=home_defence,
        away_attack=away_attack,
        away_defence=away_defence,
    )
    home_error, away_error = home_goals - exp(log_home), away_goals - exp(log_away)
    return Steps(
        home_rate * home_error,
        -home_rate * away_error,
        away_rate * away_error,
        -away_rate * home_error,
        LEAGUE_STEP * home_error,
        LEAGUE_STEP * away_error,
    )


def _bounded(log_goals: float) -> float:
    return max(-LOG_GOALS_MOST, min(LOG_GOALS_MOST, log_goals))
