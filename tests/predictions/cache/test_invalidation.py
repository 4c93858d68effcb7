"""Invalidation after a commit must not fail the request that committed."""

from __future__ import annotations

import pytest

from predictions.cache import store
from predictions.cache.invalidation import invalidate


def test_it_voids_the_matches_named() -> None:
    before = store.current_generation(7)
    invalidate([7])
    assert store.current_generation(7) != before


@pytest.mark.usefixtures("redis_away")
def test_an_outage_is_logged_and_not_raised(caplog: pytest.LogCaptureFixture) -> None:
    invalidate([7])
    assert "Redis is away" in caplog.text
