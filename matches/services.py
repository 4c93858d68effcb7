"""The one place that every write of a match goes through.

`Match.save`, `Match.delete` and the methods of `MatchQuerySet` all do their work inside `batched`. At the end of the
outermost one, still inside its transaction, the ratings of the leagues touched are brought up to date and
`matches_changed` is sent: what is to happen after any change of the football hangs there.

Whoever writes matches of a league holds its row's lock from before the first look until the commit. What is noted of
the matches is what the database holds before and after, not what an instance in memory says: it may be out of date.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import models, transaction

from matches.signals import matches_changed

if TYPE_CHECKING:
    from matches.models import League, Match

    Matches = models.QuerySet[Match]

BATCH_SIZE = 500


@dataclass(frozen=True, slots=True)
class LeagueChange:
    """What one atomic change did to one league."""

    league_id: int
    since: date
    """The first match day touched, be it by a match written or by ratings that moved."""
    match_ids: frozenset[int]
    """The matches written: new, changed or deleted."""
    ratings_moved: bool
    """Whether ratings changed on `since` or later, so that every later match is affected."""


@dataclass(slots=True)
class _Touched:
    """What has been written so far in one league: the earliest day of each season, and the matches."""

    since: dict[int, date] = field(default_factory=dict)
    match_ids: set[int] = field(default_factory=set)


class Change:
    """An atomic change of the football in the making."""

    def __init__(self) -> None:
        self._touched: dict[int, _Touched] = {}
        self._leagues: dict[int, League] = {}

    def lock(self, league_ids: Iterable[int]) -> dict[int, League]:
        """Wait until nobody else writes matches of these leagues; returns them as they are then.

        In order of their ids, so that two who want the same ones wait for each other instead of deadlocking. FOR NO KEY
        UPDATE, so that rows that only refer to a league can be inserted meanwhile. Asking again is right: a savepoint
        that was rolled back has let go of its locks.
        """
        from matches.models import League

        leagues = League.objects.select_for_update(no_key=True).filter(pk__in=set(league_ids)).order_by("pk")
        locked = {league.pk: league for league in leagues}
        self._leagues.update(locked)
        return locked

    def before(self, matches: Matches, *, league_ids: Iterable[int] = ()) -> list[int]:
        """Note matches that are about to be written, as they are stored; returns their ids.

        Locks their leagues and those in `league_ids`: the ones the caller expects them to be of, or to move to.
        """
        locked = set(self.lock(league_ids)) if (league_ids := set(league_ids)) else set()
        # A match read before its league was locked may have been written since, so it is read again.
        while True:
            rows = matches.order_by().values_list("pk", "league_id", "season", "day")
            if not (more := {league_id for _, league_id, _, _ in rows} - locked):
                break
            locked |= self.lock(more).keys()
        for row in rows:
            self._note(*row)
        return [row[0] for row in rows]

    def deleting(self, matches: Matches) -> None:
        """Lock matches that are about to be deleted, before any row that goes with them.

        Whoever writes such a row locks the match first, too. In the other order the two could wait for each other.
        """
        list(matches.select_for_update().order_by("pk").values_list("pk"))

    def after(self, matches: Matches) -> dict[int, date]:
        """Note matches that were written, and bring their days in line; returns their days by id."""
        rows: list[Any] = list(
            matches.order_by().values_list(
                "pk", "league_id", "season", "day", "kickoff", "home_team_id", "away_team_id", named=True
            )
        )
        if more := {row.league_id for row in rows} - self._leagues.keys():
            self.lock(more)
        days: dict[int, date] = {}
        moves: list[_Move] = []
        for row in rows:
            self._note(row.pk, row.league_id, row.season, row.day)
            days[row.pk] = day = row.kickoff.astimezone(self._leagues[row.league_id].zone).date()
            if day != row.day:
                self._note(row.pk, row.league_id, row.season, day)
                moves.append(
                    _Move(row.pk, row.day, day, (row.league_id, row.season, row.home_team_id, row.away_team_id))
                )
        _write_days(moves)
        return days

    def local_day(self, match: Match) -> date:
        """The date of the match's kickoff where its league is played. Raises League.DoesNotExist."""
        from matches.models import League

        league_id = match.league_id or match.league.pk
        if league_id not in self._leagues and league_id not in self.lock([league_id]):
            raise League.DoesNotExist("A match's league must be saved before it.")
        kickoff: datetime = match._meta.get_field("kickoff").get_prep_value(match.kickoff)
        return kickoff.astimezone(self._leagues[league_id].zone).date()

    def settle(self) -> None:
        """Replay the ratings of each league touched, and tell who listens; again, if they write in their turn."""
        from matches import ratings

        while self._touched:
            touched, self._touched = self._touched, {}
            changes = []
            leagues = self.lock(touched)
            for league_id, what in sorted(touched.items()):
                # A league deleted since has no ratings left, but its matches were there until now.
                moved = ratings.replay(leagues[league_id], what.since) if league_id in leagues else None
                since = min(day for day in (*what.since.values(), moved) if day is not None)
                changes.append(LeagueChange(league_id, since, frozenset(what.match_ids), moved is not None))
            matches_changed.send(sender=LeagueChange, changes=tuple(changes))

    def _note(self, pk: int, league_id: int, season: int, day: date) -> None:
        touched = self._touched.setdefault(league_id, _Touched())
        touched.since[season] = min(day, touched.since.get(season, day))
        touched.match_ids.add(pk)


_making: ContextVar[Change | None] = ContextVar("matches_change", default=None)


@contextmanager
def batched() -> Iterator[Change]:
    """Make every write inside one atomic change: the ratings follow once, at its end."""
    if (outer := _making.get()) is not None:
        yield outer
        return
    change = Change()
    token = _making.set(change)
    try:
        with transaction.atomic():
            yield change
            change.settle()
    finally:
        _making.reset(token)


def replay_ratings(league_id: int) -> date | None:
    """Compute a league's ratings anew from all of its results, in one atomic change, and tell who listens.

    Returns the first day on which they moved, None if none did. Raises League.DoesNotExist.
    """
    from matches import ratings
    from matches.models import League

    with batched() as change:
        if (league := change.lock([league_id]).get(league_id)) is None:
            raise League.DoesNotExist("The league is gone.")
        if (moved := ratings.replay_all(league)) is not None:
            changes = (LeagueChange(league_id, moved, frozenset(), ratings_moved=True),)
            matches_changed.send(sender=LeagueChange, changes=changes)
    return moved


def follow_time_zones(change: Change, before: Mapping[int, League]) -> None:
    """Bring the days of all matches in line of those leagues whose time zone is not what it was `before`."""
    from matches.models import Match

    now = change.lock(before)
    moved = [pk for pk, league in now.items() if league.time_zone != before[pk].time_zone]
    if moved:
        change.after(Match.objects.filter(league__in=moved))


class _Move(NamedTuple):
    pk: int
    old: date
    new: date
    meeting: tuple[int, int, int, int]
    """League, season, home and away team, of which there may be one match a day."""


def _write_days(moves: Iterable[_Move]) -> None:
    """Write the new days.

    Teams may meet twice at the same home, and one meeting move to the very day that the other is about to leave. So
    they take turns: of those that move to later days the last goes first, of those that move to earlier ones the first.
    """
    from matches.models import Match

    later = sorted((move for move in moves if move.new > move.old), key=lambda move: move.new, reverse=True)
    earlier = sorted((move for move in moves if move.new < move.old), key=lambda move: move.new)
    met: Counter[tuple[int, int, int, int]] = Counter()
    turns: dict[int, list[Match]] = defaultdict(list)
    for move in (*later, *earlier):
        turns[met[move.meeting]].append(Match(pk=move.pk, day=move.new))
        met[move.meeting] += 1
    plain: Matches = models.QuerySet(Match)
    for _, matches in sorted(turns.items()):
        plain.bulk_update(matches, ["day"], batch_size=BATCH_SIZE)
