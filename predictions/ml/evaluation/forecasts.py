"""Walk forward: each season foretold by a model that knows only what was played before that season began."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from predictions.ml.evaluation.baseline import BaseRates, EloAlone
from predictions.ml.fitting import FittedModel, fit_model
from predictions.ml.outcomes import OUTCOMES, probabilities

if TYPE_CHECKING:
    from predictions.ml.training_set import Mask, Rows, TrainingSet


class Forecaster(StrEnum):
    """Who says something of a match."""

    MODEL = "model"
    WITH_MARKET = "with_market"
    """The model's other half, which is given the match's own odds, and goes by these."""
    BOOKMAKERS = "bookmakers"
    """The odds stored with the match, normalised."""
    ELO = "elo"
    BASE_RATES = "base_rates"


@dataclass(frozen=True, slots=True)
class Forecasts:
    """What everybody said of the same matches, before they were played."""

    matches: TrainingSet
    said: dict[Forecaster, Rows]
    """Probabilities, one row per match, one column per outcome; nan where nothing was said."""


class Step(NamedTuple):
    """A season that is about to be foretold, and from how many matches."""

    season: int
    known: int


def foretell(
    data: TrainingSet,
    *,
    only: Mask | None = None,
    fit: Callable[[TrainingSet], FittedModel] = fit_model,
    tell: Callable[[Step], None] = lambda step: None,
) -> Forecasts | None:
    """Forecasts of each season that has enough matches before it to learn from; None if there is no such season.

    Of the matches for which `only` is true, if it is given; all are learnt from. `tell` hears of each season.
    """
    import numpy as np

    wanted: Mask = np.ones(len(data), dtype=bool) if only is None else only
    measured = np.zeros(len(data), dtype=bool)
    said = {who: np.full((len(data), len(OUTCOMES)), np.nan) for who in Forecaster}
    for season in sorted(set(data.seasons[wanted].tolist())):
        of_season = data.seasons == season
        # By the day and not by the season's number: seasons of different leagues overlap, and the demo's are moved.
        known = data.where(data.days < data.days[of_season].min())
        if not known.is_enough:
            continue
        tell(Step(season, len(known)))
        rows = of_season & wanted
        for who, rows_said in _said(known, data.where(rows), fit):
            said[who][rows] = rows_said
        measured |= rows
    if not measured.any():
        return None
    return Forecasts(data.where(measured), {who: rows[measured] for who, rows in said.items()})


def _said(
    known: TrainingSet, test: TrainingSet, fit: Callable[[TrainingSet], FittedModel]
) -> Iterator[tuple[Forecaster, Rows]]:
    import numpy as np

    learnt = known.settled
    model = fit(learnt)
    yield Forecaster.MODEL, probabilities(model.pure, test.features)
    if model.with_market is not None and (has_odds := test.has_odds).any():
        with_market = np.full((len(test), len(OUTCOMES)), np.nan)
        rows = np.hstack([test.features, test.own_odds])[has_odds]
        with_market[has_odds] = probabilities(model.with_market, rows)
        yield Forecaster.WITH_MARKET, with_market
    yield Forecaster.BOOKMAKERS, test.odds
    yield Forecaster.ELO, EloAlone().fit(learnt).probabilities(test)
    yield Forecaster.BASE_RATES, BaseRates().fit(known).probabilities(test)
