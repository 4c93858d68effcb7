"""Computes the predictions that will be asked for, before they are."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser, ArgumentTypeError, RawDescriptionHelpFormatter
from collections import Counter
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from tqdm import tqdm

from matches.models import Match
from predictions import services
from predictions.cache.read_through import Source
from predictions.ml.active import NoActiveModel, active_model


class Command(BaseCommand):
    help = "Compute and cache the predictions of the matches that kick off in the next days."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.formatter_class = RawDescriptionHelpFormatter
        parser.epilog = (
            "Example:\n  manage.py cache_warm --days 3\n\n"
            "Exit code: 0 all are cached, 1 some are not, 2 could not tell (no model, or Redis is away)."
        )
        parser.add_argument("--days", type=_days, default=7, help="how many days to look ahead (default: 7)")
        parser.add_argument("--json", action="store_true", dest="as_json", help="print the result as JSON")

    def handle(self, *, days: int, as_json: bool, **options: Any) -> None:
        now = timezone.now()
        ahead = Match.objects.scheduled().kicking_off(after=now, before=now + timedelta(days=days))
        sources: Counter[str] = Counter()
        stored = 0
        try:
            active_model()
            for match_id in tqdm(
                ahead.values_list("pk", flat=True), desc="Warming", unit="match", disable=not sys.stderr.isatty()
            ):
                answer = services.predict(match_id, now=timezone.now())
                sources[answer.source] += 1
                stored += answer.stored
                if answer.source is Source.BYPASS:
                    raise CommandError("Redis is away: nothing can be kept. Is REDIS_URL right?", returncode=2)
        except NoActiveModel as error:
            raise CommandError(str(error), returncode=2) from error
        matches, already = sources.total(), sources["hit"]
        if as_json:
            self.stdout.write(json.dumps({"matches": matches, "computed": stored, "already_cached": already}))
        else:
            self.stdout.write(f"{matches} matches in {days} days: {stored} computed, {already} cached already.")
        if stored + already < matches:
            raise CommandError(f"{matches - stored - already} could not be kept: see the log.", returncode=1)


def _days(text: str) -> int:
    days = int(text)
    if not 0 < days <= 366:
        raise ArgumentTypeError("from 1 to 366")
    return days
