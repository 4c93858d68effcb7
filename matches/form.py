"""What fans look at before a match: how the teams have done lately, and how they fared against each other.

As of the match's day: nothing of that day or later shows. Only matches of the same league count, so that whatever
changes here has changed that league.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache, partial
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


_Rows = tuple[tuple[str, int, int, int, int], ...]
"""As `Played`, with the teams' ids."""


def with_form(matches: MatchQuerySet) -> MatchQuerySet:
    """The same matches, of which `forms_of` can tell the form; no query more, and the same for any number of them."""
    return matches.annotate(**_lists())


def forms_of(matches: Sequence[Match]) -> dict[int, Form]:
    """By their ids, the form before matches that come from `with_form`.

    One query, for the names of the teams: looked up row by row, along with the rows, they took longer than these.
    """
    # A team's next matches share its form, as long as it has not played.
    lately = cache(_lately)
    rows: dict[int, tuple[_Rows, _Rows, _Rows]] = {}
    for match in matches:
        home, away = match.home_team_id, match.away_team_id
        home_at_home, home_away, away_at_home, away_away, here, there = (getattr(match, name) for name in _lists())
        rows[match.pk] = (
            lately(home, home_at_home, home_away),
            lately(away, away_at_home, away_away),
            _met(home, away, here, there),
        )
    teams = {team for parts in rows.values() for part in parts for row in part for team in row[1:3]}
    told = cache(partial(_told, names=dict(Team.objects.filter(pk__in=teams).values_list("pk", "name"))))
    return {pk: Form(*map(told, parts)) for pk, parts in rows.items()}


def _lately(team: int, at_home: str, away: str) -> _Rows:
    return _latest(
        [(day, team, other, *goals) for day, other, *goals in json.loads(at_home)]
        + [(day, other, team, *goals) for day, other, *goals in json.loads(away)]
    )


def _met(home: int, away: int, here: str, there: str) -> _Rows:
    return _latest(
        [(day, home, away, *goals) for day, *goals in json.loads(here)]
        + [(day, away, home, *goals) for day, *goals in json.loads(there)]
    )


def _latest(rows: list[Any]) -> _Rows:
    rows.sort(reverse=True)
    return tuple(rows[:LENGTH])


def _told(rows: _Rows, *, names: Mapping[int, str]) -> tuple[Played, ...]:
    """A team that has been deleted meanwhile has taken its matches with it."""
    return tuple(
        Played(day, names[home], names[away], *goals)
        for day, home, away, *goals in rows
        if home in names and away in names
    )


@cache
def _lists() -> dict[str, Subquery]:
    """Two lists for each part of a form, in the order of `forms_of`. Each is the end of one index, however long the
    history is."""
    home, away = OuterRef("home_team"), OuterRef("away_team")
    return {
        "home_team_at_home": _Ended(_ended("away_team", home_team=home)),
        "home_team_away": _Ended(_ended("home_team", away_team=home)),
        "away_team_at_home": _Ended(_ended("away_team", home_team=away)),
        "away_team_away": _Ended(_ended("home_team", away_team=away)),
        "meetings_here": _Ended(_ended(home_team=home, away_team=away)),
        "meetings_there": _Ended(_ended(home_team=away, away_team=home)),
    }


def _ended(*others: str, **teams: OuterRef) -> QuerySet[Match, Any]:
    """The day, the teams on these sides, the goals of home and away team."""
    played = Match.objects.played().filter(league=OuterRef("league"), day__lt=OuterRef("day"), **teams)
    told = _Row(F("day"), *map(F, others), F("home_goals"), F("away_goals"))
    return played.order_by("-day").values(told=told)[:LENGTH]


class _Row(Func):
    """Values as a JSON array."""

    output_field = TextField()

    def as_postgresql(self, compiler: SQLCompiler, connection: Any, **context: Any) -> tuple[str, Any]:
        return self.as_sql(compiler, connection, function="JSON_BUILD_ARRAY", **context)

    def as_sqlite(self, compiler: SQLCompiler, connection: Any, **context: Any) -> tuple[str, Any]:
        return self.as_sql(compiler, connection, function="JSON_ARRAY", **context)


class _Ended(Subquery):
    """All rows of a subquery whose one column, `told`, is JSON: as the text of a JSON array."""

    output_field = TextField()

    def as_postgresql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, tuple[Any, ...]]:
        template = "(SELECT COALESCE(JSON_AGG(rows.told), '[]')::text FROM (%(subquery)s) AS rows)"
        return self.as_sql(compiler, connection, template=template)

    def as_sqlite(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, tuple[Any, ...]]:
        template = "(SELECT json_group_array(json(rows.told)) FROM (%(subquery)s) AS rows)"
        return self.as_sql(compiler, connection, template=template)
