"""Few queries, however large the file. On PostgreSQL: SQLite takes so many parameters and no more at a time."""

from dataclasses import replace
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from matches.importers import SourceFile, import_file, leagues
from matches.models import Match
from tests.matches.importers.samples import csv_file

pytestmark = pytest.mark.django_db


def season(teams: int) -> SourceFile:
    """Every team at home to every other, a round a week."""
    names = [f"Team {chr(65 + number)}" for number in range(teams)]
    pairs = [(home, away) for home in names for away in names if home != away]
    first = date(2014, 8, 16).toordinal()
    lines = []
    for number, (home, away) in enumerate(pairs):
        day = date.fromordinal(first + 7 * (number * 38 // len(pairs)))
        lines.append(f"E0,{day:%d/%m/%Y},15:00,{home},{away},1,0,H,9,8,3,2,2.0,3.0,4.0")
    return csv_file(*lines)


def queries_of(file: SourceFile) -> int:
    """How many an import takes, all but those of the ratings."""
    with CaptureQueriesContext(connection) as queries:
        import_file(file)
    return len([query for query in queries if "snapshot" not in query["sql"]])


def test_a_season_takes_few_queries_however_many_matches() -> None:
    leagues.stored({"en.1", "en.2"})
    small, large = season(4), season(20)
    few = queries_of(small)
    # One more: of teams that are known by now, there may be matches.
    assert queries_of(replace(large, league="en.2")) == few + 1 < 20
    changed = replace(large, league="en.2", content=large.content.replace(b",1,0,H", b",2,0,H"))
    assert queries_of(changed) < 20
    assert Match.objects.filter(league__code="en.2", home_goals=2).count() == 380
