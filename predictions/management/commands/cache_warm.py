"""Computes the predictions that will be asked for, before they are."""

from __future__ import annotations

import json
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from predictions import warming
from predictions.management.days import add_days
from predictions.ml.active import NoActiveModel, active_model


class Command(BaseCommand):
    help = "Compute and cache the predictions of the matches that kick off in the next days."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.formatter_class = RawDescriptionHelpFormatter
        parser.epilog = (
            "Example:\n  manage.py cache_warm --days 3\n\n"
            "Exit code: 0 all are cached, 1 some are not, 2 could not tell (no model, no Redis, or overload)."
        )
        add_days(parser)
        parser.add_argument("--json", action="store_true", dest="as_json", help="print the result as JSON")

    def handle(self, *, days: int, as_json: bool, **options: Any) -> None:
        try:
            active_model()
            warmed = warming.warm(warming.upcoming(days, now=timezone.now()))
        except NoActiveModel as error:
            raise CommandError(str(error), returncode=2) from error
        if warmed.stopped:
            raise CommandError(warmed.stopped, returncode=2)
        if as_json:
            self.stdout.write(json.dumps(warmed.as_dict()))
        else:
            self.stdout.write(f"{warmed.matches} matches in {days} days: {warmed}.")
        if warmed.not_kept:
            raise CommandError(f"{warmed.not_kept} could not be kept: see the log.", returncode=1)
