"""Pages are tested on the same small league as the service behind them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from matches.models import Match
from predictions.ml.active import ActiveModel
from tests.predictions.conftest import (
    empty_cache,
    estimates,
    fixture,
    fresh_process,
    league,
    model,
    no_model,
    now,
    redis_away,
    round_trips,
)

__all__ = [
    "empty_cache",
    "estimates",
    "fixture",
    "fresh_process",
    "league",
    "model",
    "no_model",
    "now",
    "redis_away",
    "round_trips",
]


@pytest.fixture
def text(client: Client) -> Callable[[str], str]:
    """What a page that is there says."""

    def get(address: str) -> str:
        response = client.get(address)
        assert response.status_code == 200, response
        return response.content.decode()

    return get


@pytest.fixture
def warm(client: Client, model: ActiveModel, round_trips: object) -> ActiveModel:
    """All that the home page and the league's page show is cached, and the process knows the model."""
    client.get("/")
    client.get("/leagues/en.1/")
    assert Match.objects.scheduled().count() <= 40
    return model
