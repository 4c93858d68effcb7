"""Brings the stored snapshots of a league in line with its results."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from matches.models import League, Match
from matches.ratings import snapshots
from matches.ratings.fold import after_day
from matches.ratings.season_start import season_start
from matches.ratings.snapshots import History
from matches.ratings.state import LeagueState, Result

ONE_DAY = timedelta(days=1)


@dataclass(slots=True)
class _Season:
    """What the matches say of a season: its first day, who takes part, what was played each day."""

    first_day: date
    participants: set[int] = field(default_factory=set)
    results: dict[date, list[Result]] = field(default_factory=lambda: defaultdict(list))

    @property
    def start_day(self) -> date:
        return self.first_day - ONE_DAY


def replay(league: League, touched: Mapping[int, date]) -> date | None:
    """Fold the results anew from the days in `touched`, a day per season, and store what comes out different.

    Nothing may have been written since the last replay in a season that is not in `touched`, nor before its day in one
    that is. Returns the first day on which ratings moved, None if none did. To be called by one writer per league at a
    time, inside a transaction.
    """
    moved: date | None = None
    for number in sorted(touched.keys() | _seasons(league, min(touched))):
        # A season that nobody touched follows from the ones before it: it stays if they did.
        if number in touched or moved is not None:
            since = _fold_season(league, number, touched.get(number), follows=moved is None)
            moved = min((day for day in (moved, since) if day is not None), default=None)
    return moved


def _fold_season(league: League, number: int, since: date | None, *, follows: bool) -> date | None:
    """Replay one season, whose matches were written from the day `since` on (None: not at all).

    `follows` says that the seasons before it are as they were. Returns the first day on which its ratings moved.
    """
    stored = snapshots.load(league, number)
    season = _season(league, number)
    if season is None:
        return snapshots.store(league, number, stored=stored, new={})
    start = stored[season.start_day] if min(stored, default=None) == season.start_day else None
    if not follows or start is None or start.teams.keys() != season.participants:
        start = season_start(_before(league, number, season), season.participants)
    new: History = {season.start_day: start}
    if stored.get(season.start_day) == start:
        if since is None:
            return None
        new.update((day, state) for day, state in stored.items() if day < since)
    state, known = _state_before(new, None), max(new)
    for day in (day for day in season.results if day > known):
        after = after_day(state, season.results[day])
        new[day] = after
        state = LeagueState(after.log_goals_home, after.log_goals_away, {**state.teams, **after.teams})
    return snapshots.store(league, number, stored=stored, new=new)


def _seasons(league: League, lowest: int) -> set[int]:
    """The seasons from `lowest` on of which there are matches."""
    seasons = Match.objects.filter(league=league, season__gte=lowest).order_by()
    return set(seasons.values_list("season", flat=True).distinct())


def _season(league: League, number: int) -> _Season | None:
    season: _Season | None = None
    for day, home, away, status, home_goals, away_goals in (
        Match.objects.filter(league=league, season=number)
        .order_by("day")
        .values_list("day", "home_team_id", "away_team_id", "status", "home_goals", "away_goals")
    ):
        if season is None:
            season = _Season(first_day=day)
        season.participants.update((home, away))
        if status == Match.Status.FINISHED and home_goals is not None and away_goals is not None:
            season.results[day].append(Result(home, away, home_goals, away_goals))
    return season


def _before(league: League, number: int, season: _Season) -> LeagueState | None:
    """The league as `season` finds it: the season before, up to the day on which this one starts.

    Where seasons overlap in time, as wrongly dated ones do, what was played later does not count: it would be
    looking ahead. Nor does a season that began no earlier than this one.
    """
    earlier = snapshots.latest_season(league, before=number, began_before=season.start_day)
    return None if earlier is None else _state_before(snapshots.load(league, earlier), season.first_day)


def _state_before(history: History, day: date | None) -> LeagueState:
    """All teams' latest states in `history`, whose days are in order, before `day` (None: of all)."""
    states = [state for when, state in history.items() if day is None or when < day]
    teams = {pk: team for state in states for pk, team in state.teams.items()}
    return LeagueState(states[-1].log_goals_home, states[-1].log_goals_away, teams)
