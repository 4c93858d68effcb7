"""Two imports at the same time."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from matches.importers import ImportResult, SourceFile, import_file, leagues
from matches.models import Match, Team
from tests.matches.importers.samples import csv_file, json_file, json_match

pytestmark = pytest.mark.django_db(transaction=True)

LINES = [f"E0,{day:02}/08/14,,Team {day},Team {day + 1},1,0,H" for day in range(1, 29)]


def at_once(*files: SourceFile) -> list[ImportResult]:
    together = Barrier(len(files))

    def run(file: SourceFile) -> ImportResult:
        try:
            together.wait(timeout=10)
            return import_file(file)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(files)) as threads:
        return list(threads.map(run, files))


@pytest.mark.parametrize("known", [set(), {"en.1"}])
def test_the_same_file_at_once_is_imported_once(known: set[str]) -> None:
    leagues.stored(known)
    results = at_once(*[csv_file(*LINES)] * 4)
    assert sorted((result.new, result.unchanged) for result in results) == [(0, 28)] * 3 + [(28, 0)]
    assert Match.objects.count() == 28


def test_two_leagues_of_a_country_at_once_share_their_teams() -> None:
    matches = [json_match(f"Team {day}", f"Team {day + 1}", f"2015-01-{day:02}", [1, 0]) for day in range(1, 29)]
    cup = json_file(*matches, name="2014-15/en.2.json", title="Championship 2014/15")
    at_once(csv_file(*LINES), cup)
    assert Match.objects.count() == 56
    assert Team.objects.count() == 29
