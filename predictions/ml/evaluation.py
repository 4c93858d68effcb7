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

    @property
    def beats_base_rates(self) -> bool:
        return self.overall.model.rps < self.overall.base_rates.rps

    def as_dict(self) -> dict[str, Any]:
        """For JSON: the figures overall, and those of each season."""
        seasons = [{"season": season, **compared.as_dict()} for season, compared in self.by_season.items()]
        return {**self.overall.as_dict(), "seasons": seasons}


def walk_forward(data: TrainingSet) -> Evaluation | None:
    """Score every season that has earlier ones to learn from; None if there is no such season."""
    import numpy as np

    tests: list[_Test] = []
    by_season: dict[int, Comparison] = {}
    for season, test in _walk(data):
        tests.append(test)
        by_season[season] = _compared(test)
    if not tests:
        return None
    together = _Test(*(np.concatenate(column) for column in zip(*tests, strict=True)))
    return Evaluation(_compared(together), by_season)


class _Test(NamedTuple):
    model: np.ndarray[tuple[int, int], np.dtype[np.float64]]
    base_rates: np.ndarray[tuple[int, int], np.dtype[np.float64]]
    outcomes: np.ndarray[tuple[int], np.dtype[np.str_]]


def _walk(data: TrainingSet) -> Iterator[tuple[int, _Test]]:
    for season in sorted(set(data.seasons.tolist())):
        test = data.where(data.seasons == season)
        # Seasons of different leagues overlap: an earlier season's late matches are left out, not looked up ahead.
        known = data.where((data.seasons < season) & (data.days < test.days.min()))
        if not known.has_all_outcomes:
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
