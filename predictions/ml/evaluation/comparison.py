"""The model beside others, on the same matches."""

from __future__ import annotations

from typing import Any, NamedTuple

from predictions.ml.evaluation.bootstrap import Interval
from predictions.ml.evaluation.calibration import CalibrationBin
from predictions.ml.evaluation.forecasts import Forecaster
from predictions.ml.evaluation.metrics import Scores

# Decimals of the figures that are stored.
DIGITS = 6


class Comparison(NamedTuple):
    """The model and another on the same matches: all those of which the other says something."""

    matches: int
    model: Scores
    other: Scores
    rps_difference: Interval
    """The model's ranked probability score less the other's: below zero the model is better."""

    def as_dict(self) -> dict[str, Any]:
        return {
            "matches": self.matches,
            "model": self.model._asdict(),
            "other": self.other._asdict(),
            "rps_difference": self.rps_difference._asdict(),
        }


class Part(NamedTuple):
    """Some of the matches that were foretold."""

    matches: int
    model: Scores
    against: dict[Forecaster, Comparison]
    """Without those who say nothing of any of these matches."""

    @property
    def base_rates(self) -> Scores:
        return self.against[Forecaster.BASE_RATES].other

    def as_dict(self) -> dict[str, Any]:
        against = {str(who): comparison.as_dict() for who, comparison in self.against.items()}
        return {"matches": self.matches, "model": self.model._asdict(), "against": against}

    def summary(self) -> dict[str, Any]:
        """Less of it: what a stored model is judged by."""
        others = {
            str(who): {
                "matches": one.matches,
                "rps": round(one.other.rps, DIGITS),
                "model_rps": round(one.model.rps, DIGITS),
            }
            for who, one in self.against.items()
            if who is not Forecaster.BASE_RATES
        }
        return {
            "matches": self.matches,
            "model": rounded(self.model),
            "base_rates": rounded(self.base_rates),
            **others,
        }


def rounded(figures: Scores | Interval | CalibrationBin) -> dict[str, float]:
    """As a stored model keeps them."""
    return {name: round(figure, DIGITS) for name, figure in figures._asdict().items()}
