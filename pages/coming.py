"""Which matches a page shows: those of the coming week league by league, or one league's next and last ones."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import Count, F, Window
from django.db.models.functions import RowNumber

from matches.models import League, Match
from matches.querysets import MatchQuerySet

# What lies ahead of today. Where nothing does, as in summer, as much as a round may take from the next kickoff on.
AHEAD = timedelta(days=7)
ROUND = timedelta(days=4)
# A round has ten matches in most leagues. A page is to stay short, and what is asked of the cache at once bounded.
OF_EACH_LEAGUE, OF_ALL = 12, 120
OF_ONE_LEAGUE, PLAYED_OF_ONE_LEAGUE = 40, 10


class LeagueAhead(NamedTuple):
    """A league that plays soon."""

    code: str
    name: str
    matches: int


class Coming(NamedTuple):
    leagues: list[LeagueAhead]
    """All that play soon, the top leagues first, whether or not all their matches are shown."""
    matches: list[Match]
    """In the order of the leagues, then of kickoff; with names."""


def coming(*, now: datetime) -> Coming:
    """Of each league the next matches. Two queries, four where nothing is to be played this week."""
    until = now + AHEAD
    leagues = _leagues(now, until)
    if not leagues:
        first = _ahead(now).order_by("kickoff", "id").values_list("kickoff", flat=True).first()
        if first is None:
            return Coming([], [])
        until = first + ROUND
        leagues = _leagues(now, until)
    numbered = _ahead(now, until).annotate(
        number=Window(RowNumber(), partition_by=F("league"), order_by=["kickoff", "id"])
    )
    shown = numbered.filter(number__lte=OF_EACH_LEAGUE).with_names()
    return Coming(leagues, list(shown.order_by(*_ORDER, "kickoff", "id")[:OF_ALL]))


def coming_of(league: League, *, now: datetime) -> list[Match]:
    """The next matches of one league, be they this week's or not. One query."""
    return list(_ahead(now).filter(league=league).with_names().order_by("kickoff", "id")[:OF_ONE_LEAGUE])


def played_of(league: League, *, now: datetime) -> list[Match]:
    """The last matches of one league that have a score, the latest first. One query.

    Up to today at the league's place: a result may have been entered for a day to come.
    """
    today = now.astimezone(league.zone).date()
    decided = Match.objects.filter(league=league, status__in=Match.WITH_SCORE, day__lte=today)
    return list(decided.with_names().order_by("-kickoff", "-id")[:PLAYED_OF_ONE_LEAGUE])


# Whose answers are kept longest are the ones most asked for.
_ORDER = ("-league__cache_ttl", "league__tier", "league__code")


def _ahead(now: datetime, until: datetime | None = None) -> MatchQuerySet:
    matches = Match.objects.scheduled().filter(kickoff__gte=now)
    return matches if until is None else matches.filter(kickoff__lt=until)


def _leagues(now: datetime, until: datetime) -> list[LeagueAhead]:
    rows = _ahead(now, until).order_by(*_ORDER).values_list("league__code", "league__name")
    return [LeagueAhead(*row) for row in rows.annotate(matches=Count("pk"))]
