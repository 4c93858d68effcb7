"""How well the model foretold what it could not know, beside others on the same matches."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

from predictions.ml.confidence import confidence_table
from predictions.ml.evaluation.bootstrap import Resampled
from predictions.ml.evaluation.calibration import CalibrationBin, calibration_bins
from predictions.ml.evaluation.comparison import Comparison, Part, rounded
from predictions.ml.evaluation.forecasts import Forecaster, Forecasts, Step, foretell
from predictions.ml.evaluation.metrics import Scores, happened, ranked_probability_scores, score
from predictions.ml.fitting import FittedModel, fit_model
from predictions.ml.outcomes import OUTCOMES

if TYPE_CHECKING:
    from predictions.ml.training_set import Mask, Numbers, TrainingSet

RIVALS: tuple[Forecaster, ...] = tuple(who for who in Forecaster if who is not Forecaster.MODEL)
TOP = "most_probable"


class Evaluation(NamedTuple):
    first_day: date
    last_day: date
    """Of the matches that were foretold."""
    overall: Part
    by_season: dict[int, Part]
    by_league: dict[str, Part]
    by_league_and_season: dict[tuple[str, int], Part]
    calibration: dict[str, list[CalibrationBin]]
    """Of the model, for each outcome and for the most probable one."""
    confidence: list[dict[str, Any]]
    """Of the model, see `confidence_table`."""
    not_measured: list[int]
    """Seasons with too few matches before them to learn from."""

    @property
    def beats_base_rates(self) -> bool:
        return self.overall.model.rps < self.overall.base_rates.rps

    def as_dict(self) -> dict[str, Any]:
        """For JSON, and compact: the figures overall, by season and by league, as a stored model keeps them."""
        differences = {str(who): rounded(one.rps_difference) for who, one in self.overall.against.items()}
        return {
            **self.overall.summary(),
            "rps_differences": differences,
            "seasons": [{"season": season, **part.summary()} for season, part in self.by_season.items()],
            "leagues": [{"league": league, **part.summary()} for league, part in self.by_league.items()],
            "confidence": self.confidence,
            "calibration": [{"of": name, **rounded(one)} for name, bins in self.calibration.items() for one in bins],
            "seasons_not_measured": self.not_measured,
        }

    def details(self) -> dict[str, Any]:
        """For JSON: all there is, unrounded."""
        return {
            "first_day": self.first_day.isoformat(),
            "last_day": self.last_day.isoformat(),
            "beats_base_rates": self.beats_base_rates,
            "overall": self.overall.as_dict(),
            "seasons": [{"season": season, **part.as_dict()} for season, part in self.by_season.items()],
            "leagues": [{"league": league, **part.as_dict()} for league, part in self.by_league.items()],
            "leagues_and_seasons": [
                {"league": league, "season": season, **part.as_dict()}
                for (league, season), part in self.by_league_and_season.items()
            ],
            "confidence": self.confidence,
            "calibration": {name: [one._asdict() for one in bins] for name, bins in self.calibration.items()},
            "seasons_not_measured": self.not_measured,
        }


def walk_forward(
    data: TrainingSet,
    *,
    only: Mask | None = None,
    fit: Callable[[TrainingSet], FittedModel] = fit_model,
    tell: Callable[[Step], None] = lambda step: None,
) -> Evaluation | None:
    """Score every season that has enough matches before it to learn from, see `foretell`; None if there is none."""
    forecasts = foretell(data, only=only, fit=fit, tell=tell)
    if forecasts is None:
        return None
    wanted = data.seasons if only is None else data.seasons[only]
    return _Judge(forecasts).evaluation(sorted(set(wanted.tolist()) - set(forecasts.matches.seasons.tolist())))


class _Judge:
    """Scores parts of the same forecasts."""

    def __init__(self, forecasts: Forecasts) -> None:
        import numpy as np

        self._matches, self._said = forecasts.matches, forecasts.said
        cells = list(zip(self._matches.leagues.tolist(), self._matches.seasons.tolist(), strict=True))
        self._cells = sorted(set(cells))
        numbers = {cell: number for number, cell in enumerate(self._cells)}
        self._cell_of = np.array([numbers[cell] for cell in cells])
        self._present = {who: ~np.isnan(self._said[who][:, 0]) for who in RIVALS}
        self._rps = {who: ranked_probability_scores(said, self._matches.outcomes) for who, said in self._said.items()}
        self._drawn = {who: self._resampled(who) for who in RIVALS if self._present[who].any()}

    def evaluation(self, not_measured: list[int]) -> Evaluation:
        cells = self._cells
        seasons, leagues = sorted({season for _, season in cells}), sorted({league for league, _ in cells})
        days = self._matches.days
        return Evaluation(
            first_day=date.fromordinal(int(days.min())),
            last_day=date.fromordinal(int(days.max())),
            overall=self._part(range(len(cells))),
            by_season={
                season: self._part(number for number, cell in enumerate(cells) if cell[1] == season)
                for season in seasons
            },
            by_league={
                league: self._part(number for number, cell in enumerate(cells) if cell[0] == league)
                for league in leagues
            },
            by_league_and_season={cell: self._part([number]) for number, cell in enumerate(cells)},
            calibration=self._calibration(),
            confidence=confidence_table(self._said[Forecaster.MODEL], self._matches.outcomes),
            not_measured=not_measured,
        )

    def _resampled(self, who: Forecaster) -> Resampled:
        present = self._present[who]
        difference = (self._rps[Forecaster.MODEL] - self._rps[who])[present]
        return Resampled(difference, self._cell_of[present])

    def _part(self, cells: Iterable[int]) -> Part:
        import numpy as np

        numbers = np.array(list(cells))
        mask = np.isin(self._cell_of, numbers)
        against = {
            who: self._compared(who, rows, numbers) for who in self._drawn if (rows := mask & self._present[who]).any()
        }
        return Part(int(mask.sum()), self._score(Forecaster.MODEL, mask), against)

    def _compared(self, who: Forecaster, rows: Mask, cells: Numbers) -> Comparison:
        return Comparison(
            int(rows.sum()),
            model=self._score(Forecaster.MODEL, rows),
            other=self._score(who, rows),
            rps_difference=self._drawn[who].interval(cells),
        )

    def _score(self, who: Forecaster, rows: Mask) -> Scores:
        return score(self._said[who][rows], self._matches.outcomes[rows])

    def _calibration(self) -> dict[str, list[CalibrationBin]]:
        said, came = self._said[Forecaster.MODEL], happened(self._matches.outcomes)
        bins = {str(outcome): calibration_bins(said[:, n], came[:, n]) for n, outcome in enumerate(OUTCOMES)}
        bins[TOP] = calibration_bins(said.max(axis=1), said.argmax(axis=1) == came.argmax(axis=1))
        return bins
