"""What a whole league's answers, computed together, do when their time is up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import permutations
from typing import Any

import pytest

from matches.models import League, Match, Team
from predictions import services
from predictions.cache import keys
from predictions.ml.active import ActiveModel
from predictions.ml.features import FEATURE_SCHEMA

pytestmark = pytest.mark.django_db

MOST_AT_ONCE = 0.02


@pytest.fixture
def kickoffs(model: ActiveModel, now: datetime) -> dict[int, datetime]:
    """Of the 380 matches of a league's season: two rounds of sixty this afternoon, the others on later days."""
    league = League.objects.create(code="de.1", name="Bundesliga", country="de", cache_ttl=6 * 3600)
    teams = Team.objects.bulk_create(Team(name=f"Team {number}", country="de") for number in range(20))
    rounds = [now + timedelta(minutes=20), now + timedelta(hours=3)] * 60
    later = [now + timedelta(days=2 + number % 9) for number in range(260)]
    matches = Match.objects.bulk_create(
        Match(league=league, season=2030, kickoff=kickoff, home_team=home, away_team=away)
        for (home, away), kickoff in zip(permutations(teams, 2), rounds + later, strict=True)
    )
    return {match.pk: match.kickoff for match in matches}


def busiest_second(times: Iterable[float]) -> float:
    """The share of all that falls into it."""
    seconds = Counter(int(time) for time in times)
    return max(seconds.values()) / seconds.total()


def test_after_warming_a_league_no_second_holds_more_than_two_percent_of_its_expiries(
    kickoffs: dict[int, datetime], now: datetime, model: ActiveModel, empty_cache: Any
) -> None:
    answers = services.predict_many(list(kickoffs), now=now)
    assert all(answer.stored for answer in answers.values())
    client = empty_cache.client.get_client()
    expiries = {
        pk: client.pexpiretime(empty_cache.make_key(keys.prediction(pk, model.digest))) / 1000 for pk in kickoffs
    }
    features = [client.pexpiretime(empty_cache.make_key(keys.features(pk, FEATURE_SCHEMA))) / 1000 for pk in kickoffs]

    assert busiest_second(answer.entry.fresh_until for answer in answers.values()) <= MOST_AT_ONCE
    assert busiest_second(expiries.values()) <= MOST_AT_ONCE
    assert busiest_second(features) <= MOST_AT_ONCE
    for pk, kickoff in kickoffs.items():
        assert answers[pk].entry.fresh_until <= answers[pk].entry.stale_until <= kickoff.timestamp()
        assert expiries[pk] <= kickoff.timestamp() + 1  # Redis counts from when it was told
