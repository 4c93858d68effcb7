"""An evaluation as one HTML page that needs nothing else: styles and charts are in it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from django.template.loader import render_to_string

from predictions.ml.evaluation import RIVALS, Evaluation
from predictions.ml.evaluation.bootstrap import RESAMPLES, Interval
from predictions.ml.evaluation.calibration import BINS
from predictions.ml.evaluation.comparison import Comparison, Part
from predictions.ml.evaluation.forecasts import Forecaster
from predictions.ml.evaluation.metrics import Scores
from predictions.report.calibration_chart import calibration_chart
from predictions.report.difference_chart import difference_chart
from predictions.report.season_chart import season_chart
from predictions.report.words import IN_A_SENTENCE, NAMES, WHAT_CAME_ABOUT, figure, season_name, signed


class Compared(NamedTuple):
    """A cell: what another one's RPS is, and how the model's differs."""

    rps: str
    difference: str
    better: bool
    worse: bool
    """Whether all of the interval lies on one side."""
    matches: str
    model_rps: str
    """Empty if they are those of the whole row."""


def page(evaluation: Evaluation, *, now: datetime) -> str:
    """Made at `now`."""
    overall = evaluation.overall
    seasons = list(evaluation.by_season)
    context = {
        "now": now,
        "evaluation": evaluation,
        "matches": f"{overall.matches:,}",
        "seasons": " to ".join(season_name(season) for season in sorted({seasons[0], seasons[-1]})),
        "leagues": ", ".join(evaluation.by_league),
        "not_measured": ", ".join(map(season_name, evaluation.not_measured)),
        "resamples": f"{RESAMPLES:,}",
        "bins": BINS,
        "rps": figure(overall.model.rps),
        "verdicts": [_verdict(who, compared) for who, compared in overall.against.items()],
        "scores": list(_scores(overall)),
        "rivals": [NAMES[who] for who in RIVALS if who in overall.against],
        "by_season": _rows(overall, {season_name(season): part for season, part in evaluation.by_season.items()}),
        "by_league": _rows(overall, evaluation.by_league),
        "by_league_and_season": _rows(
            overall,
            {
                f"{league} {season_name(season)}": part
                for (league, season), part in evaluation.by_league_and_season.items()
            },
        ),
        "differences": difference_chart(overall.against),
        "season_chart": season_chart(evaluation.by_season),
        "calibration": [
            calibration_chart(WHAT_CAME_ABOUT[name], bins) for name, bins in evaluation.calibration.items()
        ],
    }
    return render_to_string("predictions/evaluation.html", context)


def _verdict(who: Forecaster, compared: Comparison) -> dict[str, str]:
    difference = compared.rps_difference
    if difference.low <= 0 <= difference.high:
        word = "no clear difference from"
    else:
        word = "better than" if difference.mean < 0 else "worse than"
    return {
        "who": str(who),
        "name": IN_A_SENTENCE[who],
        "word": word,
        "difference": _difference(difference),
        "matches": f"{compared.matches:,}",
    }


def _scores(part: Part) -> list[dict[str, Any]]:
    rows = [_row(Forecaster.MODEL, part.matches, part.model)]
    for who, compared in part.against.items():
        rows.append(
            {
                **_row(who, compared.matches, compared.other),
                "model_rps": figure(compared.model.rps),
                "difference": _difference(compared.rps_difference),
            }
        )
    return rows


def _row(who: Forecaster, matches: int, scores: Scores) -> dict[str, Any]:
    ordered = (scores.rps, scores.log_loss, scores.brier, scores.accuracy, scores.calibration_error)
    return {"name": NAMES[who], "matches": f"{matches:,}", "figures": [figure(score) for score in ordered]}


def _rows(overall: Part, parts: Mapping[str, Part]) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "matches": f"{part.matches:,}",
            "rps": figure(part.model.rps),
            "cells": [_cell(part, part.against.get(who)) for who in RIVALS if who in overall.against],
        }
        for name, part in parts.items()
    ]


def _cell(part: Part, compared: Comparison | None) -> Compared | None:
    if compared is None:
        return None
    difference, partial = compared.rps_difference, compared.matches < part.matches
    return Compared(
        rps=figure(compared.other.rps),
        difference=_difference(difference),
        better=difference.high < 0,
        worse=difference.low > 0,
        matches=f"{compared.matches:,}" if partial else "",
        model_rps=figure(compared.model.rps) if partial else "",
    )


def _difference(interval: Interval) -> str:
    return f"{signed(interval.mean)} [{signed(interval.low)}, {signed(interval.high)}]"
