"""Ratings as they are stored: reads a league's snapshots, and writes those that came out different."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date
from functools import reduce
from operator import or_

from django.db.models import Q

from matches.models import League, LeagueSnapshot, TeamSnapshot
from matches.ratings.state import LeagueState, TeamState

# Day → the league after it, with only those teams that have a row for that day. The first is the season's start.
History = dict[date, LeagueState]

BATCH_SIZE = 2000


def load(league: League, lowest: int) -> dict[int, History]:
    """What is stored of the seasons from `lowest` on, by season, days in order."""
    return _histories(league, Q(season__gte=lowest))


def load_season_before(league: League, *, season: int, began_before: date) -> History:
    """The latest season before `season` whose starting values are dated before `began_before`; empty if none."""
    number = (
        LeagueSnapshot.objects.filter(league=league, season__lt=season, season_start=True, day__lt=began_before)
        .order_by("-season")
        .values_list("season", flat=True)
        .first()
    )
    return {} if number is None else _histories(league, Q(season=number))[number]


def store(league: League, stored: Mapping[int, History], histories: Mapping[int, History]) -> bool:
    """Make `histories` what is stored where `stored` is now. Returns whether anything was different."""
    league_rows: list[LeagueSnapshot] = []
    team_rows: list[TeamSnapshot] = []
    stale: list[Q] = []
    for season in sorted(stored.keys() | histories.keys()):
        old, new = stored.get(season, {}), histories.get(season, {})
        since = min((day for day in old.keys() | new.keys() if old.get(day) != new.get(day)), default=None)
        if since is None:
            continue
        if max(old, default=date.min) >= since:
            stale.append(Q(season=season, day__gte=since))
        start = min(new, default=None)
        for day, state in new.items():
            if day >= since:
                league_rows.append(_league_row(league, season, day, day == start, state))
                team_rows.extend(_team_rows(league, season, day, state))
    if stale:
        condition = reduce(or_, stale)
        TeamSnapshot.objects.filter(condition, league=league).delete()
        LeagueSnapshot.objects.filter(condition, league=league).delete()
    LeagueSnapshot.objects.bulk_create(league_rows, batch_size=BATCH_SIZE)
    TeamSnapshot.objects.bulk_create(team_rows, batch_size=BATCH_SIZE)
    return bool(stale or league_rows)


def _histories(league: League, condition: Q) -> dict[int, History]:
    teams: dict[tuple[int, date], dict[int, TeamState]] = defaultdict(dict)
    for season, day, pk, *ratings in (
        TeamSnapshot.objects.filter(condition, league=league)
        .order_by()
        .values_list("season", "day", "team_id", *TeamState._fields)
        .iterator(chunk_size=5000)
    ):
        teams[season, day][pk] = TeamState._make(ratings)
    histories: dict[int, History] = defaultdict(dict)
    for season, day, log_home, log_away in (
        LeagueSnapshot.objects.filter(condition, league=league)
        .order_by("season", "day")
        .values_list("season", "day", "log_goals_home", "log_goals_away")
    ):
        histories[season][day] = LeagueState(log_home, log_away, teams.get((season, day), {}))
    return dict(histories)


def _league_row(league: League, season: int, day: date, start: bool, state: LeagueState) -> LeagueSnapshot:
    return LeagueSnapshot(
        league=league,
        season=season,
        day=day,
        season_start=start,
        log_goals_home=state.log_goals_home,
        log_goals_away=state.log_goals_away,
    )


def _team_rows(league: League, season: int, day: date, state: LeagueState) -> Iterator[TeamSnapshot]:
    for pk, team in state.teams.items():
        yield TeamSnapshot(league=league, season=season, day=day, team_id=pk, **team._asdict())
