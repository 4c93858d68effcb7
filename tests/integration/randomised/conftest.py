"""The football that everything random happens to."""

from __future__ import annotations

from datetime import timedelta
from itertools import permutations

import pytest
from django.db import connections
from django.utils import timezone

from matches.models import League, Match, Team
from predictions.ml.training import train
from tests.integration.database import Database
from tests.integration.randomised.changes import SEASON
from tests.integration.servers import RedisServer


@pytest.fixture
def football(own_database: Database, own_redis: RedisServer) -> Database:
    """Two leagues with some thirty matches to be played in each, and two models."""
    league = League.objects.create(code="de.1", name="Bundesliga", country="de", cache_ttl=2)
    League.objects.exclude(pk=league.pk).update(cache_ttl=1)
    teams = Team.objects.bulk_create(Team(name=name, country="de") for name in "GHIJK")
    now = timezone.now()
    matches = []
    for season, first in ((SEASON - 1, -300), (SEASON, 10)):
        for number, (home, away) in enumerate(permutations(teams, 2)):
            match = Match(league=league, season=season, home_team=home, away_team=away)
            match.kickoff = now + timedelta(days=first + 3 * number)
            if first < 0:
                match.status, match.home_goals, match.away_goals = Match.Status.FINISHED, number % 4, number % 3
            matches.append(match)
    Match.objects.bulk_create(matches)
    train(now=now)
    connections.close_all()
    return own_database
