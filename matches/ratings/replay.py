"""Brings the stored snapshots of a league in line with its results."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta

from matches.models import League, Match
from matches.ratings import snapshots
from matches.ratings.fold import after_day
from matches.ratings.season_start import season_start
from matches.ratings.snapshots import History
from matches.ratings.state import LeagueState, Result, TeamState

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


def replay(league: League, *, season: int, since: date) -> bool:
    """Fold the results of `season` from the day `since` on, and of all later seasons; store what came out different.

    Nothing before `since` in `season`, nor in earlier seasons, may have been written since the last replay. Returns
    whether any snapshot changed. To be called by one writer per league at a time, inside a transaction.
    """
    seasons = _seasons(league, season)
    stored = snapshots.load(league, season)
    histories: dict[int, History] = {}
    for number, what in seasons.items():
        history = _resumed(stored.get(number, {}), what, since) if number == season else {}
        if not history:
            start = season_start(_before(league, number, what, histories, season), what.participants)
            history = {what.start_day: start}
        state, known = _state_before(history, None), max(history)
        for day in (day for day in what.results if day > known):
            after = after_day(state, what.results[day])
            history[day] = after
            state = LeagueState(after.log_goals_home, after.log_goals_away, {**state.teams, **after.teams})
        histories[number] = history
    return snapshots.store(league, stored, histories)


def _seasons(league: League, lowest: int) -> dict[int, _Season]:
    """All seasons from `lowest` on, in order."""
    seasons: dict[int, _Season] = {}
    rows = (
        Match.objects.filter(league=league, season__gte=lowest)
        .order_by("season", "day")
        .values_list("season", "day", "home_team_id", "away_team_id", "status", "home_goals", "away_goals")
    )
    for number, day, home, away, status, home_goals, away_goals in rows.iterator(chunk_size=5000):
        season = seasons.get(number)
        if season is None:
            season = seasons[number] = _Season(first_day=day)
        season.participants.update((home, away))
        if status == Match.Status.FINISHED:
            season.results[day].append(Result(home, away, home_goals, away_goals))
    return seasons


def _resumed(stored: History, season: _Season, since: date) -> History:
    """What is stored from before `since`, if the season still starts the same way; else nothing."""
    start = stored.get(season.start_day)
    if start is None or min(stored) != season.start_day or start.teams.keys() != season.participants:
        return {}
    return {day: state for day, state in stored.items() if day < since}


def _before(
    league: League, number: int, season: _Season, histories: dict[int, History], lowest: int
) -> LeagueState | None:
    """The league as `season` finds it: the season before, up to the day on which this one starts.

    Where seasons overlap in time, as wrongly dated ones do, what was played later does not count: it would be
    looking ahead. Nor does a season that began no earlier than this one.
    """
    for earlier in sorted((n for n in histories if n < number), reverse=True):
        if min(histories[earlier]) < season.start_day:
            return _state_before(histories[earlier], season.first_day)
    history = snapshots.load_season_before(league, season=lowest, began_before=season.start_day)
    return _state_before(history, season.first_day) if history else None


def _state_before(history: History, day: date | None) -> LeagueState:
    """All teams' latest states in `history` before `day` (None: of all)."""
    teams: dict[int, TeamState] = {}
    latest: LeagueState | None = None
    for when, state in sorted(history.items()):
        if day is None or when < day:
            latest = state
            teams.update(state.teams)
    assert latest is not None
    return LeagueState(latest.log_goals_home, latest.log_goals_away, teams)
