"""From results to a registered model."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import NamedTuple

from predictions.ml import registry
from predictions.ml.estimator import new_pipeline
from predictions.ml.evaluation import Evaluation, walk_forward
from predictions.ml.training_set import read_training_set
from predictions.models.trained_model import TrainedModel


class Trained(NamedTuple):
    """A new candidate, and how it did; None where no season has earlier ones to learn from."""

    row: TrainedModel
    evaluation: Evaluation | None


def train(*, now: datetime, tell: Callable[[str], None] = lambda step: None) -> Trained:
    """Learn from all finished matches, measure walk-forward, save and register. `tell` hears what is being done.

    Raises TooFewMatches, and OSError if the artefact can't be written.
    """
    tell("Reading matches and their features")
    data = read_training_set()
    tell(f"Walking forward through the seasons of {len(data):,} matches")
    evaluation = walk_forward(data)
    tell("Fitting to all of them")
    pipeline = new_pipeline().fit(data.features, data.outcomes)
    row = registry.register(
        pipeline,
        matches=len(data),
        first_day=date.fromordinal(int(data.days.min())),
        last_day=date.fromordinal(int(data.days.max())),
        scores=evaluation and evaluation.as_dict(),
        trained_at=now,
    )
    return Trained(row, evaluation)
