"""Elo ratings that weigh the margin of a win.

Source: L. M. Hvattum and H. Arntzen, "Using ELO ratings for match result prediction in association football",
International Journal of Forecasting 26 (2010), the goal-based form, with a home advantage in rating points.
"""

from __future__ import annotations

START = 1500.0
HOME_ADVANTAGE = 65.0
SCALE = 400.0
K = 10.0
MARGIN_EXPONENT = 0.8


def expected_score(home: float, away: float) -> float:
    """What the home team takes from the match on average: 1 for a win, ½ for a draw."""
    return float(1.0 / (1.0 + 10.0 ** ((away - home - HOME_ADVANTAGE) / SCALE)))


def points_exchanged(home: float, away: float, home_goals: int, away_goals: int) -> float:
    """The rating points that the home team gains by this result, and the away team loses."""
    margin = home_goals - away_goals
    score = 1.0 if margin > 0 else 0.0 if margin < 0 else 0.5
    return float(K * (1 + abs(margin)) ** MARGIN_EXPONENT * (score - expected_score(home, away)))
