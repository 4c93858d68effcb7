"""The whole service for the tests of one module: a database, a Redis and a web server, with many matches to ask for."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from itertools import permutations
from typing import Any

from django.utils import timezone
from pytest_django import DjangoDbBlocker

from matches.models import League, Match, Team
from predictions.models import Invalidation
from tests.integration.database import Database, copied, in_this_process
from tests.integration.servers import RedisServer, redis_server
from tests.integration.web import WebServer, web_server

FIRST_SEASON = 2030


@dataclass(frozen=True, slots=True)
class Site:
    database: Database
    redis: RedisServer
    web: WebServer
    matches: Iterator[int]
    """The ids of matches yet to be played, each once: whatever is asked of them first is cold."""

    def cold(self) -> str:
        """The address of a prediction that nobody has asked for yet."""
        return path(next(self.matches))


def path(match_id: int) -> str:
    return f"/api/v1/predictions/{match_id}/"


@contextlib.contextmanager
def site(
    filled: Database,
    blocker: DjangoDbBlocker,
    *,
    matches: int,
    workers: int,
    threads: int,
    tcp: bool = False,
    seen_as: Callable[[Database], Database] = lambda database: database,
    settings: Mapping[str, Any] | None = None,
) -> Iterator[Site]:
    """A copy of the filled database with so many more matches; the web server is given what `seen_as` makes of it."""
    database = Database(f"{filled.name}_site", filled.state)
    with contextlib.ExitStack() as stack:
        stack.enter_context(blocker.unblock())
        redis = stack.enter_context(redis_server(tcp=tcp))
        stack.enter_context(copied(filled.name, database.name))
        with in_this_process(database.name):
            ids = _add(matches)
            # Or each worker would have the new Redis make up for all that ever changed, one after the other.
            Invalidation.objects.all().delete()
        web = web_server(database=seen_as(database), redis=redis, workers=workers, threads=threads, settings=settings)
        yield Site(database, redis, stack.enter_context(web), iter(ids))


def _add(n: int) -> list[int]:
    """Matches of seasons far ahead, in one league."""
    league, teams = League.objects.get(), list(Team.objects.all())
    begin = timezone.now() + timedelta(days=200)
    pairs = list(permutations(teams, 2))
    matches = []
    for number in range(n):
        season, pair = divmod(number, len(pairs))
        home, away = pairs[pair]
        kickoff = begin + timedelta(hours=number)
        season += FIRST_SEASON
        matches.append(Match(league=league, season=season, kickoff=kickoff, home_team=home, away_team=away))
    return [match.pk for match in Match.objects.bulk_create(matches)]
