"""Has Redis execute the purges that it has missed."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import Error as DatabaseError
from redis.exceptions import RedisError

from predictions import invalidation


class Command(BaseCommand):
    help = (
        "Has Redis execute the purges that it has missed. Web processes do so by themselves twice a second, and before "
        "they read from a server that was started anew. Exit code 0: none is missing; 1: some wait, since Redis can't "
        "execute them; 2: could not tell."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.epilog = "Example: manage.py cache_replay --all"
        parser.add_argument(
            "--all",
            action="store_true",
            help="execute all that are kept (15 days) once more: for a Redis whose data was restored while it ran",
        )
        parser.add_argument("--json", action="store_true", help="one JSON object, whose keys are always the same")

    def handle(self, *args: Any, **options: Any) -> None:
        replayed, waiting, reason = 0, None, ""
        try:
            try:
                replayed = invalidation.replay(everything=options["all"])
            except RedisError as error:
                reason = f"Redis could not be asked ({type(error).__name__}): manage.py cache_health says more."
            waiting = invalidation.waiting()
        except DatabaseError as error:
            reason = f"The database could not be asked ({type(error).__name__}): start it, or correct DATABASE_URL."
        if options["json"]:
            self.stdout.write(json.dumps({"replayed": replayed, "waiting": waiting}))
        elif not reason:
            self.stdout.write(f"{replayed} changes replayed, {waiting} waiting.")
        if waiting:
            raise CommandError(f"{waiting} changes wait. {reason}".strip(), returncode=1)
        if reason:
            raise CommandError(reason, returncode=2)
