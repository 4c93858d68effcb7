"""Loads the demo, or moves it on, or removes it."""

from __future__ import annotations

import json
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand
from django.core.serializers.json import DjangoJSONEncoder
from django.utils import timezone

from matches.demo import loader


class Command(BaseCommand):
    help = (
        "Load seven leagues of real results, 2011 to 2015, with all dates moved by whole weeks,\n"
        "so that the next round lies ahead. Typed again, it moves them on when time has passed."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.formatter_class = RawDescriptionHelpFormatter
        parser.epilog = "Example:\n  manage.py load_demo\n  manage.py load_demo --remove"
        parser.add_argument("--remove", action="store_true", help="take the demo out again, without a trace")
        parser.add_argument("--json", action="store_true", dest="as_json", help="print the result as JSON")

    def handle(self, *, remove: bool, as_json: bool, **options: Any) -> None:
        if remove:
            removed = loader.remove()
            self.stdout.write(json.dumps({"removed": removed}) if as_json else f"Removed {removed} matches.")
            return
        report = loader.load(now=timezone.now())
        self.stdout.write(json.dumps(asdict(report), cls=DjangoJSONEncoder) if as_json else _in_words(report))


def _in_words(report: loader.DemoReport) -> str:
    weeks = "–".join(str(weeks) for weeks in sorted(set(report.shifted_weeks.values())))
    ahead = f", the next on {report.next_round:%A, %d %B %Y}" if report.next_round else ""
    if report.created:
        done = f"New: {report.created} matches."
    elif report.moved:
        done = f"Moved on: {report.moved} leagues."
    else:
        done = "Nothing had to be changed."
    return (
        f"{report.leagues} leagues, {report.played} matches played, {report.to_be_played} to be played{ahead}.\n"
        f"The results are real, all dates {weeks} weeks later than they were. {done}"
    )
