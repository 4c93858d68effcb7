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
from predictions.cache import counting
from predictions.cache.admission import Overloaded
from predictions.cache.answers import Source
from predictions.cache.background import background
from predictions.ml.active import NoActiveModel, active_model

# Matches computed at once, and how long their publication may take.
BATCH_SIZE = 200
SECONDS_TO_WRITE = 30.0


class Command(BaseCommand):
    help = "Compute and cache the predictions of the matches that kick off in the next days."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.formatter_class = RawDescriptionHelpFormatter
        parser.epilog = (
            "Example:\n  manage.py cache_warm --days 3\n\n"
            "Exit code: 0 all are cached, 1 some are not, 2 could not tell (no model, no Redis, or overload)."
        )
        parser.add_argument("--days", type=_days, default=7, help="how many days to look ahead (default: 7)")
        parser.add_argument("--json", action="store_true", dest="as_json", help="print the result as JSON")

    def handle(self, *, days: int, as_json: bool, **options: Any) -> None:
        now = timezone.now()
        ahead = Match.objects.scheduled().kicking_off(after=now, before=now + timedelta(days=days))
        match_ids = list(ahead.values_list("pk", flat=True))
        sources: Counter[str] = Counter()
        stored = 0
        try:
            active_model()
            with tqdm(total=len(match_ids), desc="Warming", unit="match", disable=not sys.stderr.isatty()) as progress:
                for start in range(0, len(match_ids), BATCH_SIZE):
                    answers = services.predict_many(match_ids[start : start + BATCH_SIZE], now=timezone.now())
                    sources.update(answer.source for answer in answers.values())
                    stored += sum(answer.stored for answer in answers.values())
                    if Source.BYPASS in sources:
                        raise CommandError("Redis is away: nothing can be kept. Is REDIS_URL right?", returncode=2)
                    # What was said must be written down before this process ends.
                    background.wait_until_idle(SECONDS_TO_WRITE)
                    progress.update(len(answers))
        except (NoActiveModel, Overloaded) as error:
            raise CommandError(str(error), returncode=2) from error
        counting.flush()
        matches, already = sources.total(), sources[Source.HIT] + sources[Source.STALE]
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
