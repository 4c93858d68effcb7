"""What bookmakers thought of the teams in matches that were played: the logarithm of their odds, followed team by team.

Learns from the odds of a match only once it is finished, so nothing here knows those of the match to be predicted. The
next odds will take into account how the match went, and so does the rating at once: it moves towards whoever did better
than those odds had it.
"""

from __future__ import annotations

from math import exp, log

from matches.ratings.state import Odds

HOME_ADVANTAGE = 0.35
TEAM_STEP = 0.25
EARLY_MATCHES = 5.0
LEAGUE_STEP = 0.003
# How far the rating moves for each goal that a team was better than expected: as shots tell it, or goals alone.
STEP_BY_WORTH, STEP_BY_GOALS = 0.035, 0.01
# The goals by which a home team is better per unit of log-odds, and at even odds.
WORTH_PER_LOG_ODDS, WORTH_AT_EVEN_ODDS = 0.8, 0.05
GOALS_PER_LOG_ODDS = 1.08


def log_odds(odds: Odds) -> float:
    """Logarithm of the odds of home against away, a draw counted half for each. The bookmaker's margin cancels out."""
    home, draw, away = 1.0 / odds.home, 1.0 / odds.draw, 1.0 / odds.away
    return log((home + draw / 2.0) / (away + draw / 2.0))


def learning_rate(*, played: int) -> float:
    """How far a team's rating moves towards a match's odds: further early in a season."""
    return TEAM_STEP * (1.0 + exp(-played / EARLY_MATCHES))


def surprise_by_worth(log_odds: float, margin: float) -> float:
    """What both ratings move by, apart, if the home team was worth `margin` goals more, as shots tell it."""
    return STEP_BY_WORTH * (margin - WORTH_AT_EVEN_ODDS - WORTH_PER_LOG_ODDS * log_odds)


def surprise_by_goals(log_odds: float, margin: int) -> float:
    """The same where no shots are known, by the goals themselves."""
    return STEP_BY_GOALS * (margin - GOALS_PER_LOG_ODDS * log_odds)
