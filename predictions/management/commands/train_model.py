"""Trains the model on all results, and makes it the active one."""

from __future__ import annotations

import json
from argparse import ArgumentParser, ArgumentTypeError, RawDescriptionHelpFormatter
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from predictions.activation import NotGoodEnough, activate
from predictions.ml import registry
from predictions.ml.evaluation import Evaluation
from predictions.ml.evaluation.comparison import Part
from predictions.ml.training import SEASONS, Trained, train
from predictions.ml.training_set import FEWEST_MATCHES, TooFewMatches
from predictions.models import TrainedModel

FIGURES = ("rps", "log_loss", "accuracy")
ROW = "{:<10}{:>9}  {:>8} {:>8}  {:>8} {:>8}  {:>8} {:>8}"
HEAD = ROW.format("", "matches", "RPS", "base", "log loss", "base", "accuracy", "base")


class Command(BaseCommand):
    help = (
        "Train the model on all finished matches, measure it walk-forward beside base rates, warm its answers and "
        "activate it."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.formatter_class = RawDescriptionHelpFormatter
        parser.epilog = (
            "Example:\n  manage.py train_model --unless-active\n\n"
            "Exit code: 0 done, 1 the model does not beat the base rates (in RPS, over all seasons measured) or could\n"
            "not be measured, and is not activated, 2 nothing was trained. All seasons: manage.py evaluate_model."
        )
        parser.add_argument("--unless-active", action="store_true", help="do nothing if a usable model is active")
        parser.add_argument("--no-activate", action="store_true", help="leave the new model a candidate")
        parser.add_argument("--force", action="store_true", help="activate it even if it does not beat the base rates")
        parser.add_argument(
            "--seasons",
            type=_number,
            default=SEASONS,
            help=f"how many of the last to measure it on (default: {SEASONS})",
        )
        parser.add_argument("--no-warm", action="store_false", dest="warms", help="activate at once: a cold start")
        parser.add_argument("--json", action="store_true", dest="as_json", help="print the result as JSON")

    def handle(
        self,
        *,
        unless_active: bool,
        no_activate: bool,
        force: bool,
        seasons: int,
        warms: bool,
        as_json: bool,
        **options: Any,
    ) -> None:
        verbose = options["verbosity"] > 0 and not as_json
        if unless_active and (active := self._usable()):
            self.stdout.write(
                json.dumps({"version": active.version, "status": active.status, "trained": False})
                if as_json
                else f"Model {active.version} is active already."
            )
            return
        try:
            trained = train(
                now=timezone.now(),
                fewest=FEWEST_MATCHES,
                seasons=seasons,
                tell=self._tell if verbose else lambda step: None,
            )
        except TooFewMatches as error:
            raise CommandError(str(error), returncode=2) from error
        except OSError as error:
            raise CommandError(f"The model can't be saved: {error}", returncode=2) from error
        if not as_json:
            self.stdout.write(_table(trained.evaluation))
        row, refused = trained.row, None
        if not no_activate:
            try:
                done = activate(row.version, force=force, warms=warms)
            except NotGoodEnough as error:
                refused = error
            else:
                row = done.row
                if verbose:
                    self.stdout.write(done.in_words())
        self.stdout.write(_as_json(row, trained) if as_json else _as_text(row))
        if refused:
            raise CommandError(f"{refused} Are the results right?", returncode=1)

    def _usable(self) -> TrainedModel | None:
        row = TrainedModel.objects.filter(status=TrainedModel.Status.ACTIVE).first()
        if row is None:
            return None
        try:
            registry.load(row)
        except registry.UnusableModel as error:
            self.stderr.write(str(error))
            return None
        return row

    def _tell(self, step: str) -> None:
        self.stdout.write(f"{step} …")


def _as_json(row: TrainedModel, trained: Trained) -> str:
    return json.dumps(
        {
            "version": row.version,
            "status": row.status,
            "trained": True,
            "matches": row.matches,
            "first_day": row.first_day.isoformat(),
            "last_day": row.last_day.isoformat(),
            "scores": row.scores,
        }
    )


def _as_text(row: TrainedModel) -> str:
    return f"Model {row.version}, {row.matches:,} matches from {row.first_day} to {row.last_day}: {row.status}."


def _table(evaluation: Evaluation | None) -> str:
    if evaluation is None:
        return "Not measured: no season has enough matches before it to learn from."
    lines = ["Each season foretold from those before it, beside the leagues' base rates:", HEAD]
    lines += [_row(str(season), part) for season, part in evaluation.by_season.items()]
    lines.append(_row("all", evaluation.overall))
    if evaluation.not_measured:
        seasons = ", ".join(map(str, evaluation.not_measured))
        lines.append(f"Not measured, with too few matches before them to learn from: {seasons}.")
    return "\n".join(lines)


def _row(name: str, part: Part) -> str:
    figures = [getattr(scores, name) for name in FIGURES for scores in (part.model, part.base_rates)]
    return ROW.format(name, f"{part.matches:,}", *(f"{figure:.4f}" for figure in figures)).rstrip()


def _number(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ArgumentTypeError("from 1 up")
    return number
