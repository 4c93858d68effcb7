"""What fans look at before a match: how the teams have done lately, and how they fared against each other.

As of the match's day: nothing of that day or later shows. Only matches of the same league count, so that whatever
changes here has changed that league.
"""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import F, JSONField, OuterRef, QuerySet, Subquery
from django.db.models.functions import JSONObject
from django.db.models.sql.compiler import SQLCompiler

from matches.models import Match, Team
from matches.querysets import MatchQuerySet

LENGTH = 5
"""How many matches of each kind are told, the latest first."""


class Played(NamedTuple):
    """A match that was played, with its score."""

    day: str
    """As ISO 8601 writes it."""
    home_team: str
    away_team: str
    home_goals: int
    away_goals: int


class Form(NamedTuple):
    """The latest first, at most five each."""

    home: tuple[Played, ...]
    """The last matches of the home team, be they at home or away."""
    away: tuple[Played, ...]
    meetings: tuple[Played, ...]
    """The last matches of the two against each other, at either's ground."""


def with_form(matches: MatchQuerySet) -> MatchQuerySet:
    """The same matches, of which `form_of` can tell the form; no query more, and the same for any number of them."""
    return matches.annotate(**_lists())


def form_of(match: Match) -> Form:
    """The form before a match that comes from `with_form`."""
    lists = [getattr(match, name) for name in _lists()]
    home, away, meetings = (_latest(*lists[at : at + 2]) for at in (0, 2, 4))
    return Form(home, away, meetings)


def _latest(*lists: list[dict[str, Any]]) -> tuple[Played, ...]:
    played = sorted((Played(**one) for some in lists for one in some), reverse=True)
    return tuple(played[:LENGTH])


@cache
def _lists() -> dict[str, Subquery]:
    """Two lists for each part of a form. Each is the end of one index, however long the history is."""
    home, away = OuterRef("home_team"), OuterRef("away_team")
    return {
        "home_team_at_home": _Rows(_ended(home_team=home)),
        "home_team_away": _Rows(_ended(away_team=home)),
        "away_team_at_home": _Rows(_ended(home_team=away)),
        "away_team_away": _Rows(_ended(away_team=away)),
        "meetings_here": _Rows(_ended(home_team=home, away_team=away)),
        "meetings_there": _Rows(_ended(home_team=away, away_team=home)),
    }


def _ended(**teams: OuterRef) -> QuerySet[Match, Any]:
    played = Match.objects.played().filter(league=OuterRef("league"), day__lt=OuterRef("day"), **teams)
    told = JSONObject(
        day=F("day"),
        # Looked up for the few that are told, where a join would be made for all before the latest are taken.
        home_team=_name("home_team"),
        away_team=_name("away_team"),
        home_goals=F("home_goals"),
        away_goals=F("away_goals"),
    )
    return played.order_by("-day").values(told=told)[:LENGTH]


def _name(side: str) -> Subquery:
    return Subquery(Team.objects.filter(pk=OuterRef(side)).order_by().values("name"))


class _Rows(Subquery):
    """All rows of a subquery whose one column, `told`, is JSON: as a JSON array."""

    output_field = JSONField()

    def as_postgresql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, tuple[Any, ...]]:
        template = "(SELECT COALESCE(jsonb_agg(rows.told), '[]') FROM (%(subquery)s) AS rows)"
        return self.as_sql(compiler, connection, template=template)

    def as_sqlite(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, tuple[Any, ...]]:
        template = "(SELECT json_group_array(json(rows.told)) FROM (%(subquery)s) AS rows)"
        return self.as_sql(compiler, connection, template=template)
