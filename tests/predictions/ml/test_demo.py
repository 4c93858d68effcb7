"""On the real results that the demo carries."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
from django.db.models import F

from matches.demo import loader
from matches.models import League, Match
from predictions.ml.evaluation import walk_forward
from predictions.ml.features import features_of
from predictions.ml.training_set import read_training_set
from tests.matches.ratings.oracle import assert_as_the_textbook

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def demo(db: None) -> None:
    loader.load(now=datetime(2026, 3, 4, tzinfo=UTC))


def test_every_played_match_is_served_the_features_that_training_used() -> None:
    played = list(Match.objects.played().order_by("season", "day", "pk").values_list("pk", flat=True))
    trained = read_training_set().features
    served: list[Any] = []
    while len(served) < len(played):
        # Alone, and in company of any size.
        some = played[len(served) :][: 1 + len(served) % 50]
        found = features_of(some)
        served += [found[pk] for pk in some]

    assert len(served) > 5000
    assert np.array_equal(served, trained, equal_nan=True)


def test_no_feature_of_any_match_looks_ahead() -> None:
    """Whatever happens from a day in the middle on changes nothing for what was played until then."""
    middle = datetime(2025, 2, 1, tzinfo=UTC).date()
    until = list(Match.objects.filter(day__lte=middle).values_list("pk", flat=True))
    after = list(Match.objects.filter(day__gt=middle).values_list("pk", flat=True))
    known, ahead = features_of(until), features_of(after)
    Match.objects.played().filter(day__gte=middle).update(home_goals=F("away_goals"), away_goals=F("home_goals") + 3)

    assert len(until) > 3000
    assert features_of(until) == known
    corrupted = features_of(after)
    assert sum(corrupted[pk] != ahead[pk] for pk in after) > len(after) / 2


def test_base_rates_are_beaten_by_a_hundredth() -> None:
    evaluation = walk_forward(read_training_set())

    assert evaluation is not None
    assert len(evaluation.by_season) >= 3
    assert evaluation.overall.matches > 4000
    assert evaluation.overall.model.rps < evaluation.overall.base_rates.rps - 0.01
    assert evaluation.overall.model.log_loss < evaluation.overall.base_rates.log_loss


def test_ratings_are_those_of_the_textbook() -> None:
    for league in League.objects.all():
        assert_as_the_textbook(league)
