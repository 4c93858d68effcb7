"""What a cold prediction costs PostgreSQL: the same with 5,000 and with 200,000 matches in the database."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import override_settings
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from matches.models import Match
from predictions import services
from predictions.ml.active import forget_active_model
from tests.integration.database import Database, copied, in_this_process
from tests.integration.scale import SEASON, make_football

logger = logging.getLogger(__name__)

LEAGUES, SEASONS = 40, 13
MOST_QUERIES = 6
MOST_BLOCKS = 300


@dataclass(frozen=True, slots=True)
class Cold:
    """One prediction that was made cold."""

    matches: int
    plans: list[dict[str, Any]]
    """As EXPLAIN (ANALYZE, BUFFERS) shows them, one for each query."""

    @property
    def buffers(self) -> list[int]:
        """How many blocks of 8 KiB each query has looked at."""
        return [plan["Shared Hit Blocks"] + plan["Shared Read Blocks"] for plan in self.plans]

    @property
    def nodes(self) -> list[dict[str, Any]]:
        """All nodes of all plans."""
        found, todo = [], list(self.plans)
        while todo:
            found.append(node := todo.pop())
            todo += node.get("Plans", [])
        return found


def test_a_cold_prediction_costs_the_same_however_much_football_there_is(
    filled_database: Database, django_db_blocker: DjangoDbBlocker
) -> None:
    """All in one, since the large database takes as long to make as a dozen other tests."""
    with django_db_blocker.unblock():
        # One league has played 13 seasons, and 39 others have not begun; then all have played as long.
        small = _measured(filled_database, playing=1)
        large = _measured(filled_database, playing=LEAGUES)
    for which, few in small.items():
        many = large[which]
        logger.info("%s: %s blocks, then %s", which, few.buffers, many.buffers)
        assert (few.matches, many.matches) == (4_940, 197_600)
        assert len(few.plans) == len(many.plans) <= MOST_QUERIES
        for nodes in (few.nodes, many.nodes):
            assert [node["Relation Name"] for node in nodes if node["Node Type"] == "Seq Scan"] == []
        # Few, although both teams have played for 13 seasons: each look-up is the end of an index.
        assert max(few.buffers + many.buffers) <= MOST_BLOCKS
        # Each plan looks at as many blocks, give or take a fifth.
        assert many.buffers == pytest.approx(few.buffers, rel=0.2)


def _measured(like: Database, *, playing: int) -> dict[str, Cold]:
    name = f"{like.name}_scale"
    with (
        copied(like.name, name),
        in_this_process(name),
        override_settings(MODEL_DIRECTORY=like.state / "models"),
    ):
        matches = make_football(leagues=LEAGUES, seasons=SEASONS, playing=playing)
        forget_active_model()
        played = Match.objects.filter(league__code="xx.1", season=SEASON + SEASONS - 1).latest("day")
        upcoming = Match(
            league=played.league,
            season=played.season,
            kickoff=timezone.now() + timedelta(days=3),
            home_team=played.away_team,
            away_team=played.home_team,
        )
        upcoming.save()
        try:
            return {"upcoming": _cold(upcoming, matches), "played": _cold(played, matches)}
        finally:
            forget_active_model()


def _cold(match: Match, matches: int) -> Cold:
    services.compute([match.pk], now=timezone.now())  # whatever is looked up once in a process
    with CaptureQueriesContext(connection) as captured:
        computed = services.compute([match.pk], now=timezone.now())
    assert json.loads(computed[match.pk].body)["form"]["home"]
    with connection.cursor() as cursor:
        return Cold(matches, [_explained(cursor, query["sql"]) for query in captured])


def _explained(cursor: Any, query: str) -> dict[str, Any]:
    for _ in range(2):  # the first time in a session the catalogue is read as well
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {query}")
        [[[explained]]] = [cursor.fetchall()[0]]
    plan: dict[str, Any] = explained["Plan"]
    return plan
