"""What has to be there before the first request: tables, matches, a model, the predictions asked for first.

A process of its own, and one for all steps: importing Django and scikit-learn takes longer than any step that finds
its work done.
"""

from __future__ import annotations

import argparse
import io
import os
import sys
import traceback
from collections.abc import Sequence
from dataclasses import dataclass

from predictor_site.run.errors import RunError
from predictor_site.run.progress import step


@dataclass(frozen=True, slots=True)
class Step:
    """A management command, and what a person is told about it."""

    label: str
    command: tuple[str, ...]
    needed: bool = True
    """Whether the service is of no use when the step fails."""


TABLES = (Step("Bringing the tables up to date", ("migrate", "--no-input", "--verbosity=0")),)
DEMO = (
    Step("Loading the demo's matches", ("load_demo",)),
    Step("Training a model", ("train_model", "--unless-active", "--no-warm")),
    Step("Computing the next seven days' predictions", ("cache_warm", "--days=7"), needed=False),
)


def run(steps: Sequence[Step]) -> None:
    """Check that database and Redis answer, then take the steps. Raises RunError."""
    _connect()
    for each in steps:
        try:
            with step(each.label):
                said = _call(each.command)
            if said:
                sys.stdout.write(f"    {said[-1]}\n")
        except RunError as error:
            if each.needed:
                raise
            sys.stderr.write(f"{error}\nGoing on without.\n")


def _connect() -> None:
    """Raises RunError in one line where a person can put it right."""
    import django
    from django.core.exceptions import ImproperlyConfigured
    from django.db import connection
    from django.db.utils import Error as DatabaseError
    from django_redis import get_redis_connection
    from redis.exceptions import RedisError

    from predictions.cache.connecting import NotCaughtUp

    try:
        django.setup()
        connection.ensure_connection()
        get_redis_connection("predictions").ping()
    except ImproperlyConfigured as error:
        raise RunError(f"The settings are not right: {_one_line(error)}") from None
    except DatabaseError as error:
        raise RunError(f"The database does not answer: {_one_line(error)}. Check DATABASE_URL.") from None
    except NotCaughtUp as error:
        # Redis answers. That the tables are not there yet is what the first step is for.
        if not isinstance(error.__cause__, DatabaseError):
            raise RunError(_one_line(error)) from None
    except (RedisError, ValueError) as error:
        raise RunError(f"Redis does not answer: {_one_line(error)}. Check REDIS_URL.") from None


def _call(command: tuple[str, ...]) -> list[str]:
    """Run a management command. Returns the lines that it would have printed, of which the last is the outcome."""
    from django.core.management import call_command
    from django.core.management.base import CommandError

    printed = io.StringIO()
    try:
        call_command(*command, stdout=printed)
    except CommandError as error:
        raise RunError(f"{command[0]}: {_one_line(error)}") from None
    except SystemExit as exit_:
        if exit_.code:
            raise RunError(f"{command[0]} ended with {exit_.code}: {printed.getvalue().strip()}") from None
    except Exception as error:
        # Not foreseen, so a person who mends it needs all of it.
        traceback.print_exc()
        raise RunError(f"{command[0]} failed: {type(error).__name__}.") from None
    return printed.getvalue().splitlines()


def _one_line(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0].rstrip(".") if lines else type(error).__name__


def main(arguments: Sequence[str] | None = None) -> int:
    """Take the steps. Returns 1 when one that is needed failed."""
    parser = argparse.ArgumentParser(
        prog="python -m predictor_site.run.preparation",
        description="Prepare the database and the cache for serving.",
        epilog="Example: python -m predictor_site.run.preparation --no-demo",
    )
    parser.add_argument("--no-demo", action="store_true", help="only bring the tables up to date")
    options = parser.parse_args(arguments)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "predictor_site.settings")
    try:
        run(TABLES if options.no_demo else TABLES + DEMO)
    except RunError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
