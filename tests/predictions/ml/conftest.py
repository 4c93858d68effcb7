"""What tests of the model share."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from statistics import NormalDist
from typing import Any

import numpy as np
import pytest
from pytest_django import Settings

from matches.models import League, Match
from predictions.ml import registry
from predictions.ml.active import forget_active_model
from predictions.ml.features import FEATURE_NAMES
from predictions.ml.fitting import FittedModel, fit_model
from predictions.ml.outcomes import OUTCOMES
from predictions.ml.own_odds import OwnOdds
from predictions.ml.training_set import TrainingSet
from predictions.models import TrainedModel
from tests.matches.ratings.football import make_league, make_teams, season

NOW = datetime(2026, 3, 4, 5, 6, tzinfo=UTC)


@pytest.fixture(autouse=True)
def model_directory(settings: Settings, tmp_path: Path) -> Iterator[Path]:
    """An empty folder for artefacts, and no model in the process's memory."""
    settings.MODEL_DIRECTORY = tmp_path / "models"
    forget_active_model()
    yield tmp_path / "models"
    forget_active_model()


def training_set(
    seasons: int = 4, per_season: int = 600, *, skill: float = 1.0, leagues: int = 2, odds: bool = False
) -> TrainingSet:
    """Matches made up so that the first feature tells (with `skill`) who wins; the same at every call.

    The bookmakers, if there are `odds`, know the true probabilities.
    """
    random = np.random.default_rng(1)
    count = seasons * per_season
    features = random.normal(size=(count, len(FEATURE_NAMES)))
    edge = skill * features[:, 0] + random.normal(size=count)
    outcomes = np.where(edge > 0.4, "home", np.where(edge < -0.4, "away", "draw"))
    numbers = np.repeat(np.arange(2010, 2010 + seasons), per_season)
    days = numbers * 365 + np.tile(np.arange(per_season) % 300, seasons)
    codes = np.array([f"xx.{number % leagues}" for number in range(count)])
    home, away = (np.array([NormalDist().cdf(x - 0.4) for x in sign * skill * features[:, 0]]) for sign in (1, -1))
    market = np.column_stack([home, 1 - home - away, away]) if odds else np.full((count, len(OUTCOMES)), np.nan)
    own_odds = np.array([OwnOdds.of(*(1 / row)) if odds else (np.nan, np.nan) for row in market])
    return TrainingSet(features, outcomes, numbers, days, codes, own_odds, market, np.arange(count))


def registered(model: FittedModel | None = None, **fields: Any) -> TrainedModel:
    """A candidate that was trained on made-up matches."""
    data = {"matches": 600, "first_day": NOW.date(), "last_day": NOW.date(), "scores": None, "trained_at": NOW}
    return registry.register(model or fit_model(training_set(1)), **{**data, **fields})


def played_league(seasons: int = 6, teams: int = 12, code: str = "en.1") -> League:
    """A league in which the first teams are the better ones, so that there is something to learn."""
    random = Random(1)
    league = make_league(code)
    clubs = make_teams(*(f"{code} {number:02}" for number in range(teams)))
    for number in range(seasons):
        matches = season(league, 2010 + number, clubs)
        for match in matches:
            edge = (clubs.index(match.away_team) - clubs.index(match.home_team)) / teams
            match.home_goals = sum(random.random() < 0.3 + 0.2 * edge for _ in range(5))
            match.away_goals = sum(random.random() < 0.25 - 0.2 * edge for _ in range(5))
        Match.objects.bulk_create(matches)
    return league


__all__ = ["NOW", "OUTCOMES", "played_league", "registered", "training_set"]
