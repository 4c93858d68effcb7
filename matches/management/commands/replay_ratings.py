"""Computes ratings anew from the results."""

from __future__ import annotations

import json
import sys
from argparse import RawDescriptionHelpFormatter
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import Error as DatabaseError
from tqdm import tqdm

from matches.models import League
from matches.services import replay_ratings

COULD_NOT_RUN = 2

EPILOG = """\
examples:
  manage.py replay_ratings
  manage.py replay_ratings --league en.1 --league de.1 --json

exit status:
  0  the ratings are those that follow from the results
  2  they could not be computed; leagues before the one that failed are done
"""


class Command(BaseCommand):
    help = (
        "Computes the ratings of leagues anew from all of their results, and voids answers made of others. Needed only "
        "after writes that went past Django, such as raw SQL or a restored table: all others keep them."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.formatter_class = RawDescriptionHelpFormatter
        parser.epilog = EPILOG
        parser.add_argument(
            "--league", action="append", metavar="CODE", help="only this one; may be given more than once"
        )
        parser.add_argument("--json", action="store_true", help="print the outcome as one JSON document")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            moved = _replay(options["league"])
        except DatabaseError as error:
            raise CommandError(f"The database refused: {error}".strip(), returncode=COULD_NOT_RUN) from error
        if options["json"]:
            leagues = [{"league": code, "moved_since": since} for code, since in moved.items()]
            self.stdout.write(json.dumps({"leagues": leagues}))
            return
        for code, since in moved.items():
            self.stdout.write(f"{code}: " + (f"moved since {since}" if since else "as they were"))
        if not moved:
            self.stdout.write("There is no league yet.")


def _replay(codes: list[str] | None) -> dict[str, str | None]:
    """The first day on which ratings moved, by the league's code."""
    leagues = League.objects.order_by("code")
    if codes is not None:
        leagues = leagues.filter(code__in=codes)
        if unknown := set(codes) - set(leagues.values_list("code", flat=True)):
            raise CommandError(f"No league has the code {', '.join(sorted(unknown))}.", returncode=COULD_NOT_RUN)
    moved: dict[str, str | None] = {}
    # The bar is for eyes only: tqdm leaves it out where the error output is no terminal.
    for league in tqdm(list(leagues), unit="league", disable=None, leave=False, file=sys.stderr):
        since = replay_ratings(league.pk)
        moved[league.code] = since.isoformat() if since else None
    return moved
