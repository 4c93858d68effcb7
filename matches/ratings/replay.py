"""Brings the stored snapshots of a league in line with its results."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, NamedTuple

from django.db.models import Min

from matches.models import League, Match
from matches.ratings import snapshots
from matches.ratings.fold import after_day
from matches.ratings.season_start import season_start
from matches.ratings.snapshots import History
from matches.ratings.state import LeagueState, Odds, Result, Shots

ONE_DAY = timedelta(days=1)
# The fields of a match of which a result is made.
RESULT = (
    *("home_team_id", "away_team_id", "home_goals", "away_goals"),
    *("home_shots", "away_shots", "home_shots_on_target", "away_shots_on_target"),
    *("closing_odds_home", "closing_odds_draw", "closing_odds_away"),
)


class _Season(NamedTuple):
    """What the matches say of a season: its first day, and who takes part."""

    first_day: date
    participants: frozenset[int]

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
            since = _fold_season(league, number, touched.get(number), trusted=moved is None)
            moved = min((day for day in (moved, since) if day is not None), default=None)
    return moved


def replay_all(league: League) -> date | None:
    """Fold all results of a league anew, whatever is stored, and store what comes out different.

    As `replay`, for when nobody can tell what was written since the last one.
    """
    numbers = _seasons(league, 0) | snapshots.seasons(league)
    moved = [_fold_season(league, number, date.min, trusted=False) for number in sorted(numbers)]
    return min((day for day in moved if day is not None), default=None)


def _fold_season(league: League, number: int, since: date | None, *, trusted: bool) -> date | None:
    """Replay one season, whose matches were written from the day `since` on (None: not at all).

    `trusted` says that the seasons before it are as they were, and what is stored of the start of this one follows from
    them. Returns the first day on which its ratings moved.
    """
    season = _season(league, number)
    if season is None:
        return snapshots.store(league, number, stored=snapshots.load(league, number), new={})
    stored = snapshots.load(league, number, since=since if trusted else None)
    start = stored[season.start_day] if min(stored, default=None) == season.start_day else None
    if not trusted or start is None or start.teams.keys() != season.participants:
        start = season_start(_before(league, number, season), season.participants)
    new: History = {season.start_day: start}
    if stored.get(season.start_day) == start:
        if since is None:
            return None
        new.update((day, state) for day, state in stored.items() if day < since)
    state, known = _latest(new), max(new)
    for day, results in _results(league, number, after=known).items():
        new[day] = after = after_day(state, results)
        state = LeagueState(after.levels, {**state.teams, **after.teams})
    return snapshots.store(league, number, stored=stored, new=new)


def _seasons(league: League, lowest: int) -> set[int]:
    """The seasons from `lowest` on of which there are matches."""
    seasons = Match.objects.filter(league=league, season__gte=lowest).order_by()
    return set(seasons.values_list("season", flat=True).distinct())


def _season(league: League, number: int) -> _Season | None:
    matches = Match.objects.filter(league=league, season=number).order_by()
    home, away = (matches.values_list(team).annotate(Min("day")) for team in ("home_team_id", "away_team_id"))
    firsts = list(home.union(away))
    return _Season(min(day for _, day in firsts), frozenset(pk for pk, _ in firsts)) if firsts else None


def _results(league: League, number: int, *, after: date) -> dict[date, list[Result]]:
    """The results of a season by day, of the days after the one given, in order."""
    matches = Match.objects.played().filter(league=league, season=number, day__gt=after)
    by_day: dict[date, list[Result]] = defaultdict(list)
    for day, *result in matches.order_by("day").values_list("day", *RESULT):
        by_day[day].append(_result(*result))
    return by_day


def _result(home: int, away: int, home_goals: int, away_goals: int, *rest: Any) -> Result:
    """A finished match. Shots count where all are known; no match is without any, so 0 means that nobody counted."""
    shots, odds = Shots(*rest[:4]), Odds(*rest[4:])
    return Result(
        home,
        away,
        home_goals,
        away_goals,
        None if None in shots or shots.home + shots.away == 0 else shots,
        None if None in odds else odds,
    )


def _before(league: League, number: int, season: _Season) -> LeagueState | None:
    """The league as `season` finds it: the season before, up to the day on which this one starts.

    Where seasons overlap in time, as wrongly dated ones do, what was played later does not count: it would be
    looking ahead. Nor does a season that began no earlier than this one.
    """
    earlier = snapshots.latest_season(league, before=number, began_before=season.start_day)
    if earlier is None:
        return None
    history = snapshots.load(league, earlier, since=season.first_day)
    return _latest({day: state for day, state in history.items() if day < season.first_day})


def _latest(history: History) -> LeagueState:
    """All teams' latest states in `history`, whose days are in order."""
    teams = {pk: team for state in history.values() for pk, team in state.teams.items()}
    return LeagueState(history[max(history)].levels, teams)
