"""The one place that every write of a match goes through.

`Match.save`, `Match.delete` and the methods of `MatchQuerySet` all wrap their work in `recording`. At the end of the
outermost one, still inside its transaction, the ratings of the leagues touched are brought up to date and
`matches_changed` is sent: what is to happen after any change of the football hangs there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from django.db import transaction

from matches.signals import matches_changed

if TYPE_CHECKING:
    from matches.models import Match


@dataclass(frozen=True, slots=True)
class LeagueChange:
    """What one atomic change did to one league."""

    league_id: int
    since: date
    """The first match day touched."""
    match_ids: frozenset[int]
    """The matches written: new, changed or deleted."""
    ratings_moved: bool
    """Whether the ratings from `since` on were computed anew, so that every later match is affected."""


@dataclass(slots=True)
class _Touched:
    """What has been written so far in one league: the earliest day of each season, and the matches."""

    since: dict[int, date] = field(default_factory=dict)
    match_ids: set[int] = field(default_factory=set)

    def add(self, pk: int | None, season: int, day: date) -> None:
        self.since[season] = min(day, self.since.get(season, day))
        if pk is not None:
            self.match_ids.add(pk)


_pending: ContextVar[dict[int, _Touched] | None] = ContextVar("matches_pending", default=None)


def local_day(match: Match) -> date:
    """The date of the match's kickoff where its league is played."""
    return match.kickoff.astimezone(match.league.zone).date()


@contextmanager
def batched() -> Iterator[None]:
    """Make every write inside one atomic change: the ratings follow once, at its end."""
    if _pending.get() is not None:
        yield
        return
    touched: dict[int, _Touched] = {}
    token = _pending.set(touched)
    try:
        with transaction.atomic():
            yield
            _settle(touched)
    finally:
        _pending.reset(token)


@contextmanager
def recording(before: Iterable[Match]) -> Iterator[Callable[[Iterable[Match]], None]]:
    """Wrap one write. `before` are the matches as they are stored; call what is yielded with those after it."""
    with batched():
        touched = _pending.get()
        assert touched is not None

        def record(matches: Iterable[Match]) -> None:
            for match in matches:
                touched.setdefault(match.league_id, _Touched()).add(match.pk, match.season, match.day)

        record(before)
        yield record


def _settle(touched: dict[int, _Touched]) -> None:
    """Replay the ratings of each league touched, one writer per league at a time, and tell who listens."""
    from matches import ratings
    from matches.models import League

    # Locked in one order, so that two imports of the same leagues wait for each other instead of deadlocking.
    leagues = League.objects.select_for_update().filter(pk__in=touched).order_by("pk")
    changes = []
    for league in leagues:
        what = touched[league.pk]
        season = min(what.since)
        moved = ratings.replay(league, season=season, since=what.since[season])
        changes.append(LeagueChange(league.pk, min(what.since.values()), frozenset(what.match_ids), moved))
    if changes:
        matches_changed.send(sender=LeagueChange, changes=tuple(changes))
