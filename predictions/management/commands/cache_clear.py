"""Voids what is cached of some matches, for whoever has changed the database past Django."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import Error as DatabaseError

from matches.models import League
from predictions import invalidation
from predictions.invalidation import Cause
from predictions.touched import touched


class Command(BaseCommand):
    help = (
        "Voids what is cached of some matches: needed after changing the database by SQL, else never. Where "
        "Redis is away it is done as soon as Redis is back. Exit code 0: done; 1: waits for Redis; 2: could not tell."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.epilog = "Example: manage.py cache_clear --league en.1 de.1 --match 4711"
        parser.add_argument(
            "--match",
            type=int,
            nargs="+",
            action="extend",
            default=[],
            metavar="ID",
            help="these matches; the only way for those that were deleted by SQL",
        )
        parser.add_argument(
            "--league",
            nargs="+",
            action="extend",
            default=[],
            metavar="CODE",
            help="all matches of these leagues: after changes of results, ratings, or the league itself",
        )
        parser.add_argument("--all", action="store_true", help="all matches, and which model is active")
        parser.add_argument("--json", action="store_true", help="one JSON object, whose keys are always the same")

    def handle(self, *args: Any, **options: Any) -> None:
        if not (options["match"] or options["league"] or options["all"]):
            raise CommandError("Say what to clear: --match, --league or --all.", returncode=2)
        try:
            rows = invalidation.record(_causes(options["match"], options["league"], everything=options["all"]))
            matches = len({one for one in touched(rows) if isinstance(one, int)})
            waiting = invalidation.waiting(rows)
        except DatabaseError as error:
            raise CommandError(
                f"The database could not be asked ({type(error).__name__}): start it, or correct DATABASE_URL.",
                returncode=2,
            ) from error
        if options["json"]:
            self.stdout.write(json.dumps({"matches": matches, "waiting": waiting > 0}))
        elif not waiting:
            self.stdout.write(f"What was cached of {matches} matches is void.")
        if waiting:
            raise CommandError(
                f"What is cached of {matches} matches will be void as soon as Redis is back: see cache_health.",
                returncode=1,
            )


def _causes(match_ids: list[int], codes: list[str], *, everything: bool) -> Iterator[Cause]:
    """Raises CommandError for a league that is not there."""
    ids = dict(League.objects.values_list("code", "pk"))
    if unknown := sorted(set(codes) - ids.keys()):
        raise CommandError(f"There is no league {', '.join(unknown)}. Known: {', '.join(sorted(ids))}.", returncode=2)
    yield Cause(match_ids=set(match_ids), active_model=everything)
    for code in ids if everything else set(codes):
        yield Cause(league_id=ids[code])
