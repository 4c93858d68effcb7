"""Walk forward: each season foretold by a model that knows only what was played before that season began."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from predictions.ml.baseline import BaseRates
from predictions.ml.estimator import new_pipeline, probabilities
from predictions.ml.metrics import Scores, score
from predictions.ml.training_set import TrainingSet

if TYPE_CHECKING:
    import numpy as np


class Comparison(NamedTuple):
    """The model and the base rates on the same matches."""

    matches: int
    model: Scores
    base_rates: Scores

    def as_dict(self) -> dict[str, Any]:
        return {"matches": self.matches, "model": self.model._asdict(), "base_rates": self.base_rates._asdict()}


class Evaluation(NamedTuple):
    overall: Comparison
    by_season: dict[int, Comparison]
    not_measured: list[int]
    """Seasons with too few matches before them to learn from."""

    @property
    def beats_base_rates(self) -> bool:
        return self.overall.model.rps < self.overall.base_rates.rps

    def as_dict(self) -> dict[str, Any]:
        """For JSON: the figures overall, and those of each season."""
        seasons = [{"season": season, **compared.as_dict()} for season, compared in self.by_season.items()]
        return {**self.overall.as_dict(), "seasons": seasons, "seasons_not_measured": self.not_measured}


def walk_forward(data: TrainingSet) -> Evaluation | None:
    """Score every season that has enough matches before it to learn from; None if there is no such season."""
    import numpy as np

    tests: list[_Test] = []
    by_season: dict[int, Comparison] = {}
    for season, test in _walk(data):
        tests.append(test)
        by_season[season] = _compared(test)
    if not tests:
        return None
    together = _Test(*(np.concatenate(column) for column in zip(*tests, strict=True)))
    not_measured = sorted(set(data.seasons.tolist()) - by_season.keys())
    return Evaluation(_compared(together), by_season, not_measured)


class _Test(NamedTuple):
    model: np.ndarray[tuple[int, int], np.dtype[np.float64]]
    base_rates: np.ndarray[tuple[int, int], np.dtype[np.float64]]
    outcomes: np.ndarray[tuple[int], np.dtype[np.str_]]


def _walk(data: TrainingSet) -> Iterator[tuple[int, _Test]]:
    for season in sorted(set(data.seasons.tolist())):
        test = data.where(data.seasons == season)
        # By the day and not by the season's number: seasons of different leagues overlap, and the demo's are moved.
        known = data.where(data.days < test.days.min())
        if not known.is_enough:
            continue
        pipeline = new_pipeline().fit(known.features, known.outcomes)
        base_rates = BaseRates().fit(known)
        yield (
            season,
            _Test(probabilities(pipeline, test.features), base_rates.probabilities(test), test.outcomes),
        )


def _compared(test: _Test) -> Comparison:
    return Comparison(
        len(test.outcomes), model=score(test.model, test.outcomes), base_rates=score(test.base_rates, test.outcomes)
    )
