"""Evaluations to be shown."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from predictions.ml.evaluation import Evaluation, walk_forward
from tests.predictions.ml.conftest import training_set


@pytest.fixture(scope="session")
def evaluation() -> Evaluation:
    """Three seasons of two leagues, with odds for most matches of the last two."""
    data = training_set(odds=True)
    without = ((data.seasons < 2012) | (np.arange(len(data)) % 7 == 0))[:, None]
    walked = walk_forward(
        replace(data, odds=np.where(without, np.nan, data.odds), own_odds=np.where(without, np.nan, data.own_odds))
    )
    assert walked is not None
    return walked


@pytest.fixture(scope="session")
def without_odds() -> Evaluation:
    """A single season, and nobody has odds."""
    walked = walk_forward(training_set(2, leagues=1))
    assert walked is not None
    return walked
