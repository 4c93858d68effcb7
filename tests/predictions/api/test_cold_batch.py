"""What a batch of 500 predictions costs of which none is cached, and that each is what it would be alone."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import permutations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from matches.models import League, Match, Team
from predictions import services
from predictions.ml.active import ActiveModel
from tests.predictions.conftest import RoundTrips

pytestmark = pytest.mark.django_db

BATCH = "/api/v1/predictions/batch/"
MOST_QUERIES, MOST_ROUND_TRIPS = 6, 4


@pytest.fixture
def fixtures(league: League, known: ActiveModel, now: datetime) -> list[int]:
    """500 matches to be played, in seasons to come."""
    teams = list(Team.objects.order_by("pk"))
    matches = [
        Match(
            league=league,
            season=2024 + season,
            kickoff=now + timedelta(days=365 * season + number),
            home_team=home,
            away_team=away,
        )
        for season in range(1, 18)
        for number, (home, away) in enumerate(permutations(teams, 2))
    ]
    return [match.pk for match in Match.objects.bulk_create(matches)[:500]]


@pytest.fixture(autouse=True)
def rate(settings: Settings) -> None:
    settings.RATE_PER_ADDRESS = 1000


def test_500_are_a_few_queries_four_round_trips_and_one_call_of_the_estimator(
    fixtures: list[int], client: Client, round_trips: RoundTrips, estimates: list[int]
) -> None:
    with CaptureQueriesContext(connection) as captured:
        response = client.post(BATCH, {"match_ids": fixtures}, content_type="application/json")
    items = response.json()["results"]
    assert [item["match_id"] for item in items] == fixtures
    assert {item["cache_status"] for item in items} == {"predictor; fwd=miss; stored"}
    assert len(captured) <= MOST_QUERIES
    assert round_trips.count <= MOST_ROUND_TRIPS
    assert estimates == [500]


def test_each_is_to_the_last_byte_what_it_would_be_alone(fixtures: list[int], now: datetime) -> None:
    together = services.compute(fixtures, now=now)
    for match_id in fixtures[::25]:
        assert services.compute([match_id], now=now)[match_id].body == together[match_id].body
