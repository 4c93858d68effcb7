"""How two teams have fared against each other, at either's ground, in whatever league they met."""

from __future__ import annotations

from typing import NamedTuple

from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from matches.models import Match, Team
from matches.querysets import MatchQuerySet


class Tally(NamedTuple):
    """The meetings counted. `one` and `other` are the two teams, in the order they were named, wherever they played."""

    meetings: int
    one_won: int
    drawn: int
    other_won: int
    one_goals: int
    other_goals: int


def meetings(one: Team, other: Team) -> MatchQuerySet:
    """The matches of the two against each other that are decided, awarded ones included."""
    return Match.objects.filter(_at(one, other) | _at(other, one), status__in=Match.WITH_SCORE)


def tallies(matches: QuerySet[Match], one: Team, other: Team) -> tuple[Tally, Tally]:
    """All of these meetings, and those of them at the ground of `one`. One query."""
    here, there = _at(one, other), _at(other, one)
    more, fewer, level = (
        Q(home_goals__gt=F("away_goals")),
        Q(home_goals__lt=F("away_goals")),
        Q(home_goals=F("away_goals")),
    )
    counted = {
        "here_won": Count("pk", filter=here & more),
        "here_drawn": Count("pk", filter=here & level),
        "here_lost": Count("pk", filter=here & fewer),
        "there_won": Count("pk", filter=there & fewer),
        "there_drawn": Count("pk", filter=there & level),
        "there_lost": Count("pk", filter=there & more),
        "here_for": Coalesce(Sum("home_goals", filter=here), 0),
        "here_against": Coalesce(Sum("away_goals", filter=here), 0),
        "there_for": Coalesce(Sum("away_goals", filter=there), 0),
        "there_against": Coalesce(Sum("home_goals", filter=there), 0),
    }
    sums = matches.order_by().aggregate(**counted)
    at_home, away = (
        Tally(
            sums[f"{ground}_won"] + sums[f"{ground}_drawn"] + sums[f"{ground}_lost"],
            *(sums[f"{ground}_{what}"] for what in ("won", "drawn", "lost", "for", "against")),
        )
        for ground in ("here", "there")
    )
    return Tally(*(a + b for a, b in zip(at_home, away, strict=True))), at_home


def _at(home: Team, away: Team) -> Q:
    return Q(home_team=home, away_team=away)
