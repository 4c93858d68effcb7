"""The service under every order of events that Hypothesis comes up with, of which it shows the shortest that fails."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connections
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from hypothesis.stateful import run_state_machine_as_test
from pytest_django import Settings

from matches.models import League, Match
from tests.integration.database import Database
from tests.integration.randomised.changes import SEASON
from tests.integration.randomised.machine import Service
from tests.integration.servers import RedisServer

EXAMPLES, MANY_EXAMPLES, STEPS = 3, 40, 40


@pytest.fixture
def few_matches(football: Database) -> Database:
    """Few enough for each to be asked for often."""
    for league in League.objects.all():
        kept = Match.objects.filter(league=league, season=SEASON).order_by("pk").values_list("pk", flat=True)[:4]
        Match.objects.filter(league=league, season=SEASON).exclude(pk__in=list(kept)).delete()
    connections.close_all()
    return football


def test_every_order_of_events(few_matches: Database, own_redis: RedisServer, settings: Settings) -> None:
    settings.BREAKER_SECONDS = 0.02
    _run(few_matches, own_redis, examples=EXAMPLES)


@pytest.mark.slow
def test_many_orders_of_events(few_matches: Database, own_redis: RedisServer, settings: Settings) -> None:
    settings.BREAKER_SECONDS = 0.02
    _run(few_matches, own_redis, examples=MANY_EXAMPLES)


def _run(database: Database, redis: RedisServer, *, examples: int) -> None:
    machine: Any = lambda: Service(database, redis)  # noqa: E731
    run_state_machine_as_test(
        machine,
        settings=hypothesis_settings(
            max_examples=examples, stateful_step_count=STEPS, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
