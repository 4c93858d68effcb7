"""Fills the database of a bench: the demo, a model, and as many matches to be played as asked for. Not for people."""

from __future__ import annotations

import io
import sys
from datetime import timedelta

import django
from django.core.management import call_command

WEEKS_A_SEASON = 52


def main(fixtures: int) -> None:
    django.setup()
    prepare(fixtures)
    sys.stdout.write("{}")


def prepare(fixtures: int) -> None:
    """Migrate, load, train, and add matches until so many are to be played."""
    for command in (("migrate", "--verbosity=0"), ("load_demo",), ("train_model",)):
        call_command(*command, stdout=io.StringIO())
    add_fixtures(fixtures)
    from predictions.models import Invalidation

    # These purges have been done, in a Redis that no bench will see.
    Invalidation.objects.all().delete()


def add_fixtures(wanted: int) -> None:
    """Until so many are to be played: what is left of this season, once more in each season after it."""
    from matches.models import Match

    left = list(Match.objects.scheduled())
    missing, later = wanted - len(left), 0
    while missing > 0:
        later += 1
        again = [
            Match(
                league_id=match.league_id,
                season=match.season + later,
                kickoff=match.kickoff + timedelta(weeks=WEEKS_A_SEASON * later),
                home_team_id=match.home_team_id,
                away_team_id=match.away_team_id,
            )
            for match in left[:missing]
        ]
        missing -= len(Match.objects.bulk_create(again))


if __name__ == "__main__":
    main(int(sys.argv[1]))
