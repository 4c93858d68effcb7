"""Makes a trained model the active one in every process, or goes back to the one before."""

from __future__ import annotations

import json
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from predictions.activation import NotGoodEnough, activate
from predictions.management.days import add_days
from predictions.ml import registry
from predictions.models import TrainedModel


class Command(BaseCommand):
    help = (
        "Warm a model's answers for the matches of the next days, then have every process serve it, without a restart. "
        "A Redis that is away, with nothing to warm, does not stop it."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.formatter_class = RawDescriptionHelpFormatter
        parser.epilog = (
            "Examples:\n  manage.py activate_model 20260304-0badf00d\n  manage.py activate_model --previous\n\n"
            "Exit code: 0 it is active, 1 it does not beat the base rates or was not measured (see --force),\n"
            "2 it can't be served or does not exist. After 1 and 2 what was active is active still."
        )
        which = parser.add_mutually_exclusive_group(required=True)
        which.add_argument("version", nargs="?", help="as train_model has told it")
        which.add_argument("--previous", action="store_true", help="the one that was active before; again: back again")
        parser.add_argument("--force", action="store_true", help="even if it does not beat the base rates")
        parser.add_argument("--no-warm", action="store_false", dest="warms", help="switch at once: a cold start")
        add_days(parser)
        parser.add_argument("--json", action="store_true", dest="as_json", help="print the result as JSON")

    def handle(
        self, *, version: str | None, previous: bool, force: bool, warms: bool, days: int, as_json: bool, **options: Any
    ) -> None:
        if version is not None and not version.strip():
            raise CommandError("VERSION is empty: which model? To go back to the one before: --previous.", returncode=2)
        try:
            chosen = registry.previous().version if version is None else version
            done = activate(chosen, force=force, warms=warms, days=days)
        except NotGoodEnough as error:
            raise CommandError(str(error), returncode=1) from error
        except (TrainedModel.DoesNotExist, registry.UnusableModel, OSError) as error:
            raise CommandError(str(error), returncode=2) from error
        self.stdout.write(json.dumps(done.as_dict()) if as_json else done.in_words())
