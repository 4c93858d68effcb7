"""From results to a registered model."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import NamedTuple

from predictions.ml import registry
from predictions.ml.evaluation import Evaluation, walk_forward
from predictions.ml.fitting import fit_model
from predictions.ml.learnt import Learnt
from predictions.ml.training_set import TooFewMatches, read_training_set
from predictions.models.trained_model import TrainedModel

# How many of the last seasons to measure a model on. Each costs half of a fit to all matches or more; three of five
# leagues are some 5,500 matches.
SEASONS = 3


class Trained(NamedTuple):
    """A new candidate, and how it did; None where no season has enough matches before it to learn from."""

    row: TrainedModel
    evaluation: Evaluation | None


def train(
    *,
    now: datetime,
    fewest: int = 0,
    seasons: int = SEASONS,
    tell: Callable[[str], None] = lambda step: None,
) -> Trained:
    """Learn from finished matches, measure walk-forward, save and register. `tell` hears what is being done.

    Only the last `seasons` are measured, each after learning from all that came before it: with many it would take
    several times as long as all the rest, and tell of football long ago.

    Raises TooFewMatches if they are less than `fewest`, OSError if the artefact can't be written, and django.db.Error.
    """
    tell("Reading matches and their features")
    data = read_training_set()
    if len(data) < fewest:
        raise TooFewMatches(
            f"{len(data)} finished matches are too few to learn from: {fewest} are needed. "
            "Import more results: manage.py import_matches or load_demo."
        )
    tell(f"Walking forward through the last {seasons} seasons of {len(data):,} matches")
    evaluation = walk_forward(data, only=data.seasons >= sorted(set(data.seasons.tolist()))[-seasons:][0])
    learnt = data.settled
    less = "" if learnt is data else ": all but each league's first season"
    tell(f"Fitting to {len(learnt):,} of them{less}")
    row = registry.register(
        fit_model(learnt),
        matches=len(learnt),
        first_day=date.fromordinal(int(learnt.days.min())),
        last_day=date.fromordinal(int(learnt.days.max())),
        scores=evaluation and evaluation.as_dict(),
        beats_base_rates=evaluation and evaluation.beats_base_rates,
        learnt=Learnt.of(learnt.ids.tolist()),
        trained_at=now,
    )
    return Trained(row, evaluation)
