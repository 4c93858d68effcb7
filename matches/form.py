"""What fans look at before a match: how the teams have done lately, and how they fared against each other.

As of the match's day: nothing of that day or later shows. Only matches of the same league count, so that whatever
changes here has changed that league.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cache
from typing import Any, NamedTuple

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import F, Func, OuterRef, QuerySet, Subquery, TextField
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


def form_of(match: Match, *, home: str, away: str) -> Form:
    """The form before a match that comes from `with_form`, between two teams of these names."""
    lists = json.loads(f"[{','.join(getattr(match, name) for name in _lists())}]")
    home_at_home, home_away, away_at_home, away_away, here, there = lists
    return Form(
        _latest(_at_home(home, home_at_home) + _away(home, home_away)),
        _latest(_at_home(away, away_at_home) + _away(away, away_away)),
        _latest(
            [(day, home, away, *goals) for day, *goals in here] + [(day, away, home, *goals) for day, *goals in there]
        ),
    )


def _at_home(team: str, rows: Iterable[Any]) -> list[tuple[Any, ...]]:
    return [(day, team, other, *goals) for day, other, *goals in rows]


def _away(team: str, rows: Iterable[Any]) -> list[tuple[Any, ...]]:
    return [(day, other, team, *goals) for day, other, *goals in rows]


def _latest(rows: list[tuple[Any, ...]]) -> tuple[Played, ...]:
    rows.sort(reverse=True)
    return tuple(Played(*row) for row in rows[:LENGTH])


@cache
def _lists() -> dict[str, Subquery]:
    """Two lists for each part of a form, in the order of `form_of`. Each is the end of one index, however long the
    history is."""
    home, away = OuterRef("home_team"), OuterRef("away_team")
    return {
        "home_team_at_home": _Rows(_ended("away_team", home_team=home)),
        "home_team_away": _Rows(_ended("home_team", away_team=home)),
        "away_team_at_home": _Rows(_ended("away_team", home_team=away)),
        "away_team_away": _Rows(_ended("home_team", away_team=away)),
        "meetings_here": _Rows(_ended(home_team=home, away_team=away)),
        "meetings_there": _Rows(_ended(home_team=away, away_team=home)),
    }


def _ended(*others: str, **teams: OuterRef) -> QuerySet[Match, Any]:
    """The day, the names of the teams on these sides, the goals of home and away team."""
    played = Match.objects.played().filter(league=OuterRef("league"), day__lt=OuterRef("day"), **teams)
    told = _Row(F("day"), *map(_name, others), F("home_goals"), F("away_goals"))
    return played.order_by("-day").values(told=told)[:LENGTH]


def _name(side: str) -> Subquery:
    """Looked up for the few that are told, where a join would be made for all before the latest are taken.

    It is the first of those from this id on, since there is none without its team. Asked like that PostgreSQL uses the
    index; for a single id it reads the whole of a small table, each time.
    """
    return Subquery(Team.objects.filter(pk__gte=OuterRef(side)).order_by("pk").values("name")[:1])


class _Row(Func):
    """Values as a JSON array."""

    output_field = TextField()

    def as_postgresql(self, compiler: SQLCompiler, connection: Any, **context: Any) -> tuple[str, Any]:
        return self.as_sql(compiler, connection, function="JSON_BUILD_ARRAY", **context)

    def as_sqlite(self, compiler: SQLCompiler, connection: Any, **context: Any) -> tuple[str, Any]:
        return self.as_sql(compiler, connection, function="JSON_ARRAY", **context)


class _Rows(Subquery):
    """All rows of a subquery whose one column, `told`, is JSON: as the text of a JSON array."""

    output_field = TextField()

    def as_postgresql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, tuple[Any, ...]]:
        template = "(SELECT COALESCE(JSON_AGG(rows.told), '[]')::text FROM (%(subquery)s) AS rows)"
        return self.as_sql(compiler, connection, template=template)

    def as_sqlite(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, tuple[Any, ...]]:
        template = "(SELECT json_group_array(json(rows.told)) FROM (%(subquery)s) AS rows)"
        return self.as_sql(compiler, connection, template=template)
