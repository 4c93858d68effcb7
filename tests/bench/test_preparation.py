"""The benches' own database holds as many matches as they need."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from bench.preparation import add_fixtures
from matches.models import League, Match, Team


@pytest.fixture
def fixtures(db: None) -> list[Match]:
    league = League.objects.create(code="en.1", name="Premier League", country="en")
    teams = Team.objects.bulk_create(Team(name=name, country="en") for name in ("Albion", "Borough", "County"))
    kickoff = timezone.now() + timedelta(days=10)
    pairs = [(home, away) for home in teams for away in teams if home is not away]
    return Match.objects.bulk_create(
        Match(league=league, season=2026, kickoff=kickoff, home_team=home, away_team=away) for home, away in pairs
    )


def test_fixtures_are_repeated_until_there_are_as_many_as_asked_for(fixtures: list[Match]) -> None:
    add_fixtures(20)
    assert Match.objects.scheduled().count() == 20
    assert set(Match.objects.values_list("season", flat=True)) == {2026, 2027, 2028, 2029}


def test_no_fixture_is_added_where_there_are_enough(fixtures: list[Match]) -> None:
    add_fixtures(3)
    assert Match.objects.count() == 6
