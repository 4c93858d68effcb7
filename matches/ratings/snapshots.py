"""Ratings as they are stored: reads a season's snapshots, and writes those that came out different."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from math import nan

from matches.models import League, LeagueSnapshot, TeamSnapshot
from matches.ratings.state import LeagueState, Ratings, TeamState

# Day → the league after it, with only those teams that have a row for that day. The first is the season's start.
History = dict[date, LeagueState]

BATCH_SIZE = 2000


def load(league: League, season: int) -> History:
    """What is stored of one season, days in order."""
    teams: dict[date, dict[int, TeamState]] = defaultdict(dict)
    for day, pk, played, promoted, *ratings in (
        TeamSnapshot.objects.filter(league=league, season=season)
        .order_by()
        .values_list("day", "team_id", "played", "promoted", *Ratings._fields)
    ):
        teams[day][pk] = TeamState(Ratings(*ratings), played, promoted)
    levels = {
        day: (log_home, log_away)
        for day, log_home, log_away in LeagueSnapshot.objects.filter(league=league, season=season)
        .order_by()
        .values_list("day", "log_goals_home", "log_goals_away")
    }
    # Where somebody has deleted the league's row, what is left of the day equals nothing, and so is replaced.
    incomplete = LeagueState(nan, nan, {})
    return {
        day: LeagueState(*levels[day], teams.get(day, {})) if day in levels else incomplete
        for day in sorted(levels.keys() | teams.keys())
    }


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
    LeagueSnapshot.objects.bulk_create(
        [
            LeagueSnapshot(
                league=league,
                season=season,
                day=day,
                season_start=day == start,
                log_goals_home=state.log_goals_home,
                log_goals_away=state.log_goals_away,
            )
            for day, state in rows
        ],
        batch_size=BATCH_SIZE,
    )
    TeamSnapshot.objects.bulk_create(
        [row for day, state in rows for row in _team_rows(league, season, day, state)], batch_size=BATCH_SIZE
    )
    return since


def _team_rows(league: League, season: int, day: date, state: LeagueState) -> Iterator[TeamSnapshot]:
    for pk, team in state.teams.items():
        yield TeamSnapshot(
            league=league,
            season=season,
            day=day,
            team_id=pk,
            played=team.played,
            promoted=team.promoted,
            **team.ratings._asdict(),
        )
