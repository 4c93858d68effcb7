"""Measures how well the model foretells matches, beside others, as a table, as JSON or as a page."""

from __future__ import annotations

import json
from argparse import RawDescriptionHelpFormatter
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from tqdm import tqdm

from matches.models import League
from predictions import track_record
from predictions.ml import registry
from predictions.ml.evaluation import Evaluation, walk_forward
from predictions.ml.training_set import FEWEST_MATCHES, TooFewMatches, TrainingSet, read_training_set
from predictions.models import PublishedPrediction, TrainedModel
from predictions.report.page import page
from predictions.report.record_table import record_table
from predictions.report.table import table
from predictions.track_record import Record

if TYPE_CHECKING:
    from predictions.ml.training_set import Mask

WORSE, COULD_NOT_TELL = 1, 2
EPILOG = """\
examples:
  manage.py evaluate_model
  manage.py evaluate_model --from-season 2020 --to-season 2022 --report evaluation.html
  manage.py evaluate_model --league en.1 --league de.1 --json
  manage.py evaluate_model --live

exit status:
  0  the model beats the base rates, in RPS over all matches measured; with --live: there is a record
  1  it does not
  2  could not tell: no such matches, or too few before them to learn from
"""


class Command(BaseCommand):
    help = (
        "Foretell each season from what was played before it began, with a model fitted anew for each, and compare "
        "with base rates, with Elo alone, and with the bookmakers where there are odds. Changes nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.formatter_class = RawDescriptionHelpFormatter
        parser.epilog = EPILOG
        parser.add_argument(
            "--league",
            action="append",
            default=[],
            dest="leagues",
            metavar="CODE",
            help="measure on this league's matches only, still learning from all; may be given more than once",
        )
        parser.add_argument("--from-season", type=int, metavar="YEAR", help="the first season, by the year it starts")
        parser.add_argument("--to-season", type=int, metavar="YEAR", help="the last season, by the year it starts")
        parser.add_argument(
            "--live",
            action="store_true",
            help="the track record instead: what was published before kickoff, as far as there are results",
        )
        parser.add_argument(
            "--model", metavar="VERSION", help="with --live: what this model said, instead of what was said last"
        )
        parser.add_argument("--report", type=Path, metavar="FILE", help="write a page with charts, to be looked at")
        parser.add_argument("--json", action="store_true", dest="as_json", help="print all figures as one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["live"]:
            self._live(options)
            return
        if options["model"]:
            raise CommandError(
                "--model goes with --live: all else is of models fitted anew.", returncode=COULD_NOT_TELL
            )
        evaluation = _evaluate(options["leagues"], options["from_season"], options["to_season"])
        if options["report"]:
            _write(options["report"], evaluation, now=timezone.now())
        self.stdout.write(json.dumps(evaluation.details()) if options["as_json"] else table(evaluation))
        if options["report"] and not options["as_json"]:
            self.stdout.write(f"\nThe report is in {options['report']}: open it in a browser.")
        if not evaluation.beats_base_rates:
            raise CommandError("The model does not beat the base rates.", returncode=WORSE)

    def _live(self, options: dict[str, Any]) -> None:
        if options["report"]:
            raise CommandError("There is no page of the track record: leave out --report.", returncode=COULD_NOT_TELL)
        records = track_record.by_league(
            options["model"],
            leagues=options["leagues"],
            from_season=options["from_season"],
            to_season=options["to_season"],
        )
        _check_known(options["model"], set(options["leagues"]) - {record.league for record in records}, records)
        if not records:
            raise CommandError(
                "Nothing of this that was published before kickoff has a result yet.", returncode=COULD_NOT_TELL
            )
        self.stdout.write(json.dumps(track_record.as_dict(records)) if options["as_json"] else record_table(records))


def _check_known(version: str | None, leagues: set[str], records: list[Record]) -> None:
    """Raises CommandError for a model or leagues, of those without a record, that there never were."""
    if leagues:
        known = set(League.objects.values_list("code", flat=True))
        if unknown := sorted(leagues - known):
            raise CommandError(
                f"There is no league {', '.join(unknown)}; there are {', '.join(sorted(known)) or 'none'}.",
                returncode=COULD_NOT_TELL,
            )
    # What a model said is kept, whether or not the model is.
    if version is None or records or PublishedPrediction.objects.filter(model_version=version).exists():
        return
    try:
        registry.find(version)
    except TrainedModel.DoesNotExist as error:
        raise CommandError(str(error), returncode=COULD_NOT_TELL) from error


def _evaluate(leagues: list[str], first: int | None, last: int | None) -> Evaluation:
    """Raises CommandError for what can't be measured."""
    try:
        data = read_training_set()
    except TooFewMatches as error:
        raise CommandError(str(error), returncode=COULD_NOT_TELL) from error
    only = _wanted(data, leagues, first, last)
    # For eyes only: tqdm leaves the bar out where the error output is no terminal.
    with tqdm(total=len(set(data.seasons[only].tolist())), unit="season", disable=None, leave=False) as bar:
        evaluation = walk_forward(data, only=only, tell=lambda step: bar.update())
    if evaluation is None:
        raise CommandError(
            f"No such season has {FEWEST_MATCHES} matches before it to learn from. Import earlier seasons.",
            returncode=COULD_NOT_TELL,
        )
    return evaluation


def _wanted(data: TrainingSet, leagues: list[str], first: int | None, last: int | None) -> Mask:
    """The matches to be measured. Raises CommandError if there are none."""
    import numpy as np

    if unknown := sorted(set(leagues) - (known := set(data.leagues.tolist()))):
        raise CommandError(
            f"No finished match of {', '.join(unknown)}; there are some of {', '.join(sorted(known))}.",
            returncode=COULD_NOT_TELL,
        )
    only: Mask = np.ones(len(data), dtype=bool)
    if leagues:
        only &= np.isin(data.leagues, leagues)
    if first is not None:
        only &= data.seasons >= first
    if last is not None:
        only &= data.seasons <= last
    if not only.any():
        raise CommandError(
            f"No finished match in these seasons; there are some from {data.seasons.min()} to {data.seasons.max()}.",
            returncode=COULD_NOT_TELL,
        )
    return only


def _write(path: Path, evaluation: Evaluation, *, now: datetime) -> None:
    try:
        path.write_text(page(evaluation, now=now), encoding="utf-8")
    except OSError as error:
        raise CommandError(f"The report can't be written: {error}", returncode=COULD_NOT_TELL) from error
