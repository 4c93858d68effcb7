"""Ratings as they are stored: reads a season's snapshots, and writes those that came out different."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from math import nan
from typing import Any

from django.db import connection
from django.db.models import Case, F, Q, When, Window
from django.db.models.functions import RowNumber

from matches.models import League, LeagueSnapshot, TeamSnapshot
from matches.ratings.state import LeagueState, Levels, Ratings, TeamState

# Day → the league after it, with only those teams that have a row for that day. The first is the season's start.
History = dict[date, LeagueState]

BATCH_SIZE = 2000


def load(league: League, season: int, *, since: date | None = None) -> History:
    """What is stored of one season, days in order.

    With `since`, of the days before only what matters later: the season's start, and of each team its latest state.
    """
    rows = TeamSnapshot.objects.filter(league=league, season=season).order_by()
    if since is not None:
        rows = rows.annotate(age=_age(since)).filter(age=1)
    teams: dict[date, dict[int, TeamState]] = defaultdict(dict)
    for day, pk, played, promoted, *ratings in rows.values_list(
        "day", "team_id", "played", "promoted", *Ratings._fields
    ):
        teams[day][pk] = TeamState(Ratings._make(ratings), played, promoted)
    levels = {
        day: Levels._make(numbers)
        for day, *numbers in LeagueSnapshot.objects.filter(league=league, season=season)
        .order_by()
        .values_list("day", *Levels._fields)
    }
    # Where somebody has deleted the league's row, what is left of the day equals nothing, and so is replaced.
    incomplete = LeagueState(Levels(*[nan] * len(Levels._fields)), {})
    return {
        day: LeagueState(levels[day], teams.get(day, {})) if day in levels else incomplete
        for day in sorted(levels.keys() | teams.keys())
    }


def _age(since: date) -> Window:
    """1 for each row that counts on its own: all from `since` on, those of the season's start, and a team's latest."""
    alone = Case(When(Q(day__gte=since) | Q(played=0), then=F("day")), default=None)
    return Window(RowNumber(), partition_by=[F("team_id"), alone], order_by=F("day").desc())


def seasons(league: League) -> set[int]:
    """The seasons of which anything is stored."""
    teams, levels = (
        set(snapshots.filter(league=league).order_by().values_list("season", flat=True).distinct())
        for snapshots in (TeamSnapshot.objects, LeagueSnapshot.objects)
    )
    return teams | levels


def latest_season(league: League, *, before: int, began_before: date) -> int | None:
    """The latest season before season `before` that began before the day `began_before`."""
    return (
        LeagueSnapshot.objects.filter(league=league, season__lt=before, season_start=True, day__lt=began_before)
        .order_by("-season")
        .values_list("season", flat=True)
        .first()
    )


def store(league: League, season: int, *, stored: History, new: History) -> date | None:
    """Make `new` what is stored of a season, where `stored` is now. Returns the first day that differs, if any."""
    since = min((day for day in stored.keys() | new.keys() if stored.get(day) != new.get(day)), default=None)
    if since is None:
        return None
    if max(stored, default=date.min) >= since:
        for snapshots in (TeamSnapshot.objects, LeagueSnapshot.objects):
            snapshots.filter(league=league, season=season, day__gte=since).delete()
    start = min(new, default=None)
    rows = [(day, state) for day, state in new.items() if day >= since]
    _insert(
        LeagueSnapshot,
        ("league_id", "season", "day", "season_start", *Levels._fields),
        ((league.pk, season, day, day == start, *state.levels) for day, state in rows),
    )
    _insert(
        TeamSnapshot,
        ("league_id", "season", "day", "team_id", "played", "promoted", *Ratings._fields),
        (
            (league.pk, season, day, pk, team.played, team.promoted, *team.ratings)
            for day, state in rows
            for pk, team in state.teams.items()
        ),
    )
    return since


def _insert(
    model: type[TeamSnapshot] | type[LeagueSnapshot], names: tuple[str, ...], rows: Iterable[tuple[Any, ...]]
) -> None:
    """Insert many rows. PostgreSQL takes them as a stream: that is several times as fast as a statement with values."""
    if connection.vendor != "postgresql":
        snapshots: Any = model._default_manager
        snapshots.bulk_create([model(**dict(zip(names, row, strict=True))) for row in rows], batch_size=BATCH_SIZE)
        return
    quote = connection.ops.quote_name
    columns = ", ".join(map(quote, names))  # no column is called otherwise than its attribute
    with (
        connection.wrap_database_errors,
        connection.cursor() as cursor,
        cursor.copy(f"COPY {quote(model._meta.db_table)} ({columns}) FROM STDIN") as copy,
    ):
        for row in rows:
            copy.write_row(row)
