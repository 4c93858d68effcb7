"""Counts as an operator wants to see them: plain values, times in milliseconds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from predictions.cache.counting.histogram import percentile
from predictions.cache.counting.outcomes import ANSWERS, Layer, Outcome
from predictions.cache.counting.reading import Counts


@dataclass(frozen=True, slots=True)
class Times:
    """What answers took, estimated from a histogram; None where no time was taken."""

    timed: int
    p50_ms: float | None
    p95_ms: float | None
    p99_ms: float | None


@dataclass(frozen=True, slots=True)
class LayerSummary:
    hit_rate_percent: float | None
    """None where nothing was asked."""
    outcomes: dict[Outcome, int]
    """Every outcome there is."""
    times: Times
    """Of all answers."""
    times_by_outcome: dict[Outcome, Times]
    """Of those answers that were timed at all."""


@dataclass(frozen=True, slots=True)
class LeagueSummary:
    questions: int
    hit_rate_percent: float | None


@dataclass(frozen=True, slots=True)
class Summary:
    minutes: int
    layers: dict[Layer, LayerSummary]
    leagues: dict[str, LeagueSummary]
    """Those about whose predictions most was asked, most first."""


def summarise(counts: Counts, *, most_leagues: int) -> Summary:
    """The summary, with at most so many leagues."""
    return Summary(
        minutes=counts.minutes,
        layers={layer: _layer(counts, layer) for layer in Layer},
        leagues={
            league: LeagueSummary(questions, counts.hit_rate(Layer.PREDICTION, league=league))
            for league, questions in counts.leagues(Layer.PREDICTION)[:most_leagues]
        },
    )


def _layer(counts: Counts, layer: Layer) -> LayerSummary:
    total = counts.total(layer)
    timed = {outcome: counts.times(layer, outcome) for outcome in ANSWERS}
    return LayerSummary(
        hit_rate_percent=counts.hit_rate(layer),
        outcomes={outcome: total[outcome] for outcome in Outcome},
        times=_times(counts.times(layer)),
        times_by_outcome={outcome: _times(buckets) for outcome, buckets in timed.items() if buckets},
    )


def _times(buckets: Mapping[int, int]) -> Times:
    def milliseconds(percent: float) -> float | None:
        seconds = percentile(buckets, percent)
        return None if seconds is None else round(seconds * 1000, 3)

    return Times(sum(buckets.values()), milliseconds(50), milliseconds(95), milliseconds(99))
