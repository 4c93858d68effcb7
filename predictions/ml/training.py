"""From results to a registered model."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import NamedTuple

from predictions.ml import registry
from predictions.ml.estimator import new_pipeline
from predictions.ml.evaluation import Evaluation, walk_forward
from predictions.ml.training_set import TooFewMatches, read_training_set
from predictions.models.trained_model import TrainedModel


class Trained(NamedTuple):
    """A new candidate, and how it did; None where no season has enough matches before it to learn from."""

    row: TrainedModel
    evaluation: Evaluation | None


def train(*, now: datetime, fewest: int = 0, tell: Callable[[str], None] = lambda step: None) -> Trained:
    """Learn from all finished matches, measure walk-forward, save and register. `tell` hears what is being done.

    Raises TooFewMatches if they are less than `fewest`, and OSError if the artefact can't be written.
    """
    tell("Reading matches and their features")
    data = read_training_set()
    if len(data) < fewest:
        raise TooFewMatches(
            f"{len(data)} finished matches are too few to learn from: {fewest} are needed. "
            "Import more results: manage.py import_matches or load_demo."
        )
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
