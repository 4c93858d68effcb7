"""An evaluation as a table for the terminal."""

from __future__ import annotations

from collections.abc import Iterator

from predictions.ml.evaluation import RIVALS, Evaluation
from predictions.ml.evaluation.bootstrap import RESAMPLES, Interval
from predictions.ml.evaluation.comparison import Part
from predictions.ml.evaluation.forecasts import Forecaster
from predictions.ml.evaluation.metrics import Scores
from predictions.report.words import NAMES, figure, season_name, signed

OVERALL = "{:<17}{:>8}{:>9}{:>10}{:>9}{:>10}{:>13}{:>11}  {}"
PART = "{:<10}{:>8}{:>11}{:>9}{:>10}{:>10}" + "{:>21}" * len(RIVALS)
METHOD = f"""\
Matches from {{first}} to {{last}}, each foretold from what was played before its season began.
RPS is the ranked probability score; in all columns but the accuracy lower is better. Differences are the model's RPS
less the other's on the same matches: below zero the model is better. Brackets hold 95 % of {RESAMPLES:,} bootstrap
resamples of the matches."""


def table(evaluation: Evaluation) -> str:
    """All figures overall; of each season and league the model's, and how it compares."""
    lines = [
        METHOD.format(first=evaluation.first_day, last=evaluation.last_day),
        "",
        *_overall(evaluation.overall),
        "",
        *_parts("season", {season_name(season): part for season, part in evaluation.by_season.items()}),
        "",
        *_parts("league", evaluation.by_league),
    ]
    if evaluation.not_measured:
        seasons = ", ".join(map(season_name, evaluation.not_measured))
        lines += ["", f"Not measured, with too few matches before them to learn from: {seasons}."]
    return "\n".join(lines)


def _overall(part: Part) -> Iterator[str]:
    yield OVERALL.format(
        "", "matches", "RPS", "log loss", "Brier", "accuracy", "calibration", "model RPS", "difference"
    )
    yield _scores(Forecaster.MODEL, part.matches, part.model)
    for who, compared in part.against.items():
        yield _scores(who, compared.matches, compared.other, figure(compared.model.rps), compared.rps_difference)


def _scores(who: Forecaster, matches: int, scores: Scores, model: str = "", difference: Interval | None = None) -> str:
    return OVERALL.format(
        NAMES[who],
        f"{matches:,}",
        *(
            figure(score)
            for score in (scores.rps, scores.log_loss, scores.brier, scores.accuracy, scores.calibration_error)
        ),
        model,
        f"{signed(difference.mean)} {_bounds(difference)}" if difference else "",
    ).rstrip()


def _parts(kind: str, parts: dict[str, Part]) -> Iterator[str]:
    yield PART.format(kind, "matches", "with odds", "RPS", "log loss", "accuracy", *(NAMES[who] for who in RIVALS))
    for name, part in parts.items():
        odds = part.against.get(Forecaster.BOOKMAKERS)
        yield PART.format(
            name,
            f"{part.matches:,}",
            f"{odds.matches if odds else 0:,}",
            *(figure(score) for score in (part.model.rps, part.model.log_loss, part.model.accuracy)),
            *(_bounds(part.against[who].rps_difference) if who in part.against else "–" for who in RIVALS),
        ).rstrip()


def _bounds(interval: Interval) -> str:
    return f"[{signed(interval.low)}, {signed(interval.high)}]"
