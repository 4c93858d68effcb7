"""From expected goals and the probabilities of home, draw and away: one score table, and every market read off it."""

from __future__ import annotations

from math import log
from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[np.float64]]

# A table holds 0 to 35 goals of each team. Of a mean of at most 8, less than 1e-12 lies beyond.
SCORES = 36
# No team is expected to score more or less than this, whatever nonsense its results are.
MOST_GOALS, FEWEST_GOALS = 8.0, 0.05
# How much more frequent 0-0 and 1-1 are than two independent Poisson variables say: M. J. Dixon and S. G. Coles,
# "Modelling association football scores and inefficiencies in the football betting market", Applied Statistics 46,
# 1997.
RHO = -0.05
# Scores are named one by one up to so many goals of either team; all others are summed up by outcome.
NAMED_GOALS = 4
LINES = (1.5, 2.5, 3.5)
# Nobody offers odds longer than 1,000: of what is less probable than that there are none.
LONGEST_ODDS = 1000.0
ODDS_DECIMALS = 10
# Of probabilities: the digits after these are chance, make an answer longer, and carry a sum past 1.
DECIMALS = 14

CORRECT_SCORE = "correct_score"
Scores = np.ndarray[Any, np.dtype[np.bool_]]


def _outcomes() -> dict[str, Scores]:
    """Which scores are a home win, a draw, an away win."""
    home, away = np.indices((SCORES, SCORES))
    return {"home": home > away, "draw": home == away, "away": home < away}


def _winning() -> dict[str, dict[str, Scores]]:
    """By market and selection: which scores win. Draw no bet is missing: a draw gives the stake back."""
    home, away = np.indices((SCORES, SCORES))
    both, named = (home > 0) & (away > 0), (home <= NAMED_GOALS) & (away <= NAMED_GOALS)
    exactly = {(i, j): (home == i) & (away == j) for i in range(NAMED_GOALS + 1) for j in range(NAMED_GOALS + 1)}
    return {
        "double_chance": {"home_or_draw": home >= away, "home_or_away": home != away, "draw_or_away": home <= away},
        **{
            f"over_under_{line}".replace(".", "_"): {"over": home + away > line, "under": home + away < line}
            for line in LINES
        },
        "both_to_score": {"yes": both, "no": ~both},
        CORRECT_SCORE: {
            **{f"{i}-{j}": scores for (i, j), scores in exactly.items()},
            **{f"other_{outcome}": scores & ~named for outcome, scores in _outcomes().items()},
        },
    }


def _columns(*tables: Any) -> Array:
    """One column for each table, of shape (SCORES², number of tables)."""
    return np.stack(tables).reshape(len(tables), -1).T.astype(np.float64)


WINNING = _winning()
# By market: its selections. A correct score is "2-1", the home team first, or "other_home": any other home win.
MARKETS = {**{name: tuple(selections) for name, selections in WINNING.items()}, "draw_no_bet": ("home", "away")}
_REGIONS = _columns(*_outcomes().values())
_GOALS = _columns(*np.indices((SCORES, SCORES)))
# Of a correct score that is named there is nothing to sum up: these come between what is before it and "other_home".
_SUMMED = _columns(*(scores for selections in WINNING.values() for scores in selections.values() if scores.sum() > 1))
_BEFORE_NAMED = _SUMMED.shape[1] - len(_outcomes())


def score_tables(log_goals: Array, probabilities: Array) -> Array:
    """The probability of each score, of shape (n, SCORES, SCORES): match, goals of the home team, of the away team.

    Two Poisson variables with Dixon and Coles' correction, for the goals expected, whose logarithms have the shape
    (n, 2). Then the three regions of the table are scaled to the probabilities of home, draw and away (n, 3), so that
    nothing that is read off it contradicts these. Each table sums to what its probabilities sum to.
    """
    logs = np.clip(log_goals, log(FEWEST_GOALS), log(MOST_GOALS))
    goals = np.exp(logs)
    log_factorial = np.cumsum(np.log(np.maximum(np.arange(SCORES), 1)))
    poisson = np.exp(np.arange(SCORES) * logs[:, :, None] - goals[:, :, None] - log_factorial)
    tables: Array = poisson[:, 0, :, None] * poisson[:, 1, None, :]
    home, away = goals.T
    tables[:, 0, 0] *= 1 - RHO * home * away
    tables[:, 0, 1] *= 1 + RHO * home
    tables[:, 1, 0] *= 1 + RHO * away
    tables[:, 1, 1] *= 1 - RHO
    factors = probabilities / _sums(tables, _REGIONS)
    tables *= _each(factors, _REGIONS.T).reshape(tables.shape)
    return tables


def expected_goals(tables: Array) -> Array:
    """The mean number of goals of home and away team, of shape (n, 2)."""
    return _sums(tables, _GOALS)


def market_probabilities(tables: Array, probabilities: Array) -> Array:
    """How probable each selection of MARKETS is, of shape (n, number of selections), in their order."""
    home, _, away = probabilities.T
    home_without_draw = (home / (home + away)).round(DECIMALS)
    named = tables[:, : NAMED_GOALS + 1, : NAMED_GOALS + 1].reshape(len(tables), -1)
    before, others = np.split(_sums(tables, _SUMMED), [_BEFORE_NAMED], axis=1)
    return np.column_stack([before, named, others, home_without_draw, 1 - home_without_draw]).round(DECIMALS)


def fair_odds(probabilities: Array) -> Array:
    """Decimal odds at which neither side gains, to ten decimals; nan if they were longer than 1,000."""
    offered = probabilities * LONGEST_ODDS >= 1
    return np.where(offered, (1 / np.where(offered, probabilities, 1)).round(ODDS_DECIMALS), np.nan)


def _sums(tables: Array, columns: Array) -> Array:
    """Each table summed up with each column of weights, of shape (n, number of columns)."""
    return _each(tables.reshape(len(tables), -1), columns)


def _each(rows: Array, matrix: Array) -> Array:
    """Each row by itself times the matrix: all at once, a row's last bit would depend on how many they are."""
    return np.asarray(rows[:, None, :] @ matrix)[:, 0]
