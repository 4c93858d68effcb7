"""Which matches a change touches: looked up after its commit, from the causes in the outbox.

Before the commit a match created meanwhile would be missed. However many rows there are, what they name is merged
first: of a league the earliest day, of teams and matches the union. A team touches all matches of its leagues.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import islice
from typing import TypeVar
from uuid import UUID

from django.db.models import Q

from matches.models import Match
from predictions.cache import keys
from predictions.models import Invalidation

T = TypeVar("T")

ROWS_PER_QUERY = 5000
_CAUSE = ("league_id", "since", "team_ids", "match_ids", "active_model")
MOST_IDS = 50_000
"""How many ids of matches are held in memory before they are passed on."""
LEAGUES_PER_QUERY = 100
TEAMS_PER_QUERY = 5000


def touched(rows: Sequence[UUID]) -> Iterator[int | str]:
    """The ids of all matches that these rows of the outbox touch, and `keys.ACTIVE_MODEL` if that is touched.

    Some may come more than once. Raises django.db.Error while it is being consumed.
    """
    since: dict[int, date] = {}
    teams: set[int] = set()
    written: set[int] = set()
    active_model = False
    for pks in _chunks(rows, ROWS_PER_QUERY):
        causes = Invalidation.objects.filter(pk__in=pks).order_by()
        for league_id, day, team_ids, match_ids, model in causes.values_list(*_CAUSE):
            if league_id is not None:
                since[league_id] = min(day or date.min, since.get(league_id, date.max))
            teams.update(team_ids)
            written.update(match_ids)
            active_model |= model
        if len(written) >= MOST_IDS:
            yield from written
            written.clear()
    if active_model:
        yield keys.ACTIVE_MODEL
    yield from written
    for leagues in _chunks(since, LEAGUES_PER_QUERY):
        yield from _matches(Q(*(Q(league=pk, day__gte=since[pk]) for pk in leagues), _connector=Q.OR))
    for some in _chunks(teams, TEAMS_PER_QUERY):
        # A team's name is told as well in the form of those that it has played against.
        of_teams = Match.objects.filter(Q(home_team__in=some) | Q(away_team__in=some)).order_by()
        yield from _matches(Q(league__in=of_teams.values("league")))


def _matches(condition: Q) -> Iterable[int]:
    return Match.objects.filter(condition).order_by().values_list("pk", flat=True)


def _chunks(of: Iterable[T], size: int) -> Iterator[list[T]]:
    rest = iter(of)
    while chunk := list(islice(rest, size)):
        yield chunk
