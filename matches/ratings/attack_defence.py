"""Attack and defence ratings, learnt online: one step of gradient ascent per match on a Poisson likelihood.

Each team attacks and defends, at home and away: ln λ_home = μ_home + attack_home − defence_away, and likewise away.
With e = goals − λ, which is the derivative of the Poisson log-likelihood by ln λ, every term moves along its sign.
"""

from __future__ import annotations

from math import exp, log
from typing import NamedTuple

from matches.ratings.state import TeamState

LOG_GOALS_HOME = log(1.5)
LOG_GOALS_AWAY = log(1.12)
TEAM_STEP = 0.012
PROMOTED_STEP = 0.015
PROMOTED_MATCHES = 10.0
LEAGUE_STEP = 0.002
# Real football stays far inside. A score typed wrongly must not make the steps overshoot, and so grow without end.
LOG_GOALS_MOST = log(20.0)


class Steps(NamedTuple):
    """What one result adds to the ratings it concerns."""

    home_attack_home: float
    home_defence_home: float
    away_attack_away: float
    away_defence_away: float
    log_goals_home: float
    log_goals_away: float


def log_expected_goals(
    log_goals_home: float,
    log_goals_away: float,
    *,
    attack_home: float,
    defence_home: float,
    attack_away: float,
    defence_away: float,
) -> tuple[float, float]:
    """ln λ of the home and of the away team, the logarithms of the goals each is expected to score.

    From the league's levels, what the home team is worth at home, and what the away team is worth away.
    """
    return (
        _bounded(log_goals_home + attack_home - defence_away),
        _bounded(log_goals_away + attack_away - defence_home),
    )


def learning_rate(team: TeamState) -> float:
    """How far a team's ratings move per goal of error: further while little is known of a promoted team."""
    if not team.promoted:
        return TEAM_STEP
    return TEAM_STEP + PROMOTED_STEP * exp(-team.played / PROMOTED_MATCHES)


def steps(
    log_goals_home: float, log_goals_away: float, home: TeamState, away: TeamState, home_goals: int, away_goals: int
) -> Steps:
    """What the result of a match between `home` and `away`, as they were before it, teaches."""
    log_home, log_away = log_expected_goals(
        log_goals_home,
        log_goals_away,
        attack_home=home.ratings.attack_home,
        defence_home=home.ratings.defence_home,
        attack_away=away.ratings.attack_away,
        defence_away=away.ratings.defence_away,
    )
    error_home, error_away = home_goals - exp(log_home), away_goals - exp(log_away)
    rate_home, rate_away = learning_rate(home), learning_rate(away)
    return Steps(
        home_attack_home=rate_home * error_home,
        home_defence_home=-rate_home * error_away,
        away_attack_away=rate_away * error_away,
        away_defence_away=-rate_away * error_home,
        log_goals_home=LEAGUE_STEP * error_home,
        log_goals_away=LEAGUE_STEP * error_away,
    )


def _bounded(log_goals: float) -> float:
    return max(-LOG_GOALS_MOST, min(LOG_GOALS_MOST, log_goals))
