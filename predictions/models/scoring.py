"""Scores of probabilities as SQL, for rows that have a `match`: what `predictions.ml.evaluation` computes on arrays.

Each is null where the probabilities are. A match without a score must be filtered out before.
"""

from __future__ import annotations

from typing import NamedTuple

from django.db.models import Case, F, FloatField, Q, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Ln
from django.db.models.lookups import GreaterThan, GreaterThanOrEqual, IsNull, LessThan

SMALLEST = 1e-15
"""The least probability that log loss distinguishes from none, as in predictions.ml.evaluation.metrics."""

HOME_WON = Q(match__home_goals__gt=F("match__away_goals"))
DRAWN = Q(match__home_goals=F("match__away_goals"))
AWAY_WON = Q(match__home_goals__lt=F("match__away_goals"))


class Probabilities(NamedTuple):
    """Of the three outcomes, each a column or a term."""

    home: Combinable
    draw: Combinable
    away: Combinable

    @classmethod
    def of_columns(cls, prefix: str) -> Probabilities:
        """The columns `…home`, `…draw` and `…away`."""
        return cls(F(f"{prefix}home"), F(f"{prefix}draw"), F(f"{prefix}away"))

    @classmethod
    def of_odds(cls, prefix: str) -> Probabilities:
        """What decimal odds in such columns say, with the bookmakers' margin taken off all three in proportion."""
        home, draw, away = (Value(1.0) / odds for odds in cls.of_columns(prefix))
        total = home + draw + away
        return cls(home / total, draw / total, away / total)


def rps(said: Probabilities) -> Combinable:
    """The ranked probability score (E. S. Epstein, Journal of Applied Meteorology 8, 1969): from 0, the best, to 1."""
    home = said.home - _one_if(HOME_WON)
    home_or_draw = said.home + said.draw - _one_if(HOME_WON | DRAWN)
    return (home * home + home_or_draw * home_or_draw) / Value(2.0)


def log_loss(said: Probabilities) -> Combinable:
    """Minus the natural logarithm of the probability given to what happened."""
    given: Combinable = Case(
        When(HOME_WON, then=said.home), When(DRAWN, then=said.draw), When(AWAY_WON, then=said.away), **_FLOAT
    )
    # No Greatest, which on PostgreSQL takes null for the smaller.
    return Value(0.0) - Ln(Case(When(LessThan(given, SMALLEST), then=Value(SMALLEST)), default=given, **_FLOAT))


def correct(said: Probabilities) -> Combinable:
    """1 if the most probable outcome came about, else 0. Of equal ones the first counts: home, draw, away."""
    home, draw, away = said
    return Case(
        When(HOME_WON & Q(GreaterThanOrEqual(home, draw), GreaterThanOrEqual(home, away)), then=Value(1.0)),
        When(DRAWN & Q(GreaterThan(draw, home), GreaterThanOrEqual(draw, away)), then=Value(1.0)),
        When(AWAY_WON & Q(GreaterThan(away, home), GreaterThan(away, draw)), then=Value(1.0)),
        When(IsNull(home, False), then=Value(0.0)),
        **_FLOAT,
    )


def _one_if(condition: Q) -> Combinable:
    return Case(When(condition, then=Value(1.0)), default=Value(0.0), **_FLOAT)


_FLOAT = {"output_field": FloatField()}
