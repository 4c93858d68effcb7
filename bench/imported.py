"""Imports, inserts and adds a match day, and prints what each took. Not for people: `bench.importing` runs it."""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import django
from django.core.management import call_command
from django.db import connection, models

LEAGUES, RESULTS = 5, 10
TIMES = 3


def main(folder: Path) -> None:
    django.setup()
    call_command("migrate", verbosity=0)
    from matches.importers import find, import_files, open_file
    from matches.models import LeagueSnapshot, Match, TeamSnapshot

    files = [open_file(path) for path in find([folder])]
    before, day = _apart(files)
    import_seconds = _timed(lambda: list(import_files(before)))
    teams, leagues = TeamSnapshot.objects.count(), LeagueSnapshot.objects.count()
    matches, newest = Match.objects.count(), TeamSnapshot.objects.latest("pk").pk
    day_seconds = _timed(lambda: list(import_files(day)))
    kept = TeamSnapshot.objects.filter(pk__lte=newest).count()
    written = TeamSnapshot.objects.filter(pk__gt=newest).count()
    report = {
        "matches": matches,
        "snapshots": teams + leagues,
        "import_seconds": import_seconds,
        "day_results": Match.objects.count() - matches,
        "day_leagues": len(day),
        "day_seconds": day_seconds,
        "day_snapshots": written,
        "day_replaced": teams - kept,
        "bare_seconds": median(_bare(list(Match.objects.order_by("pk")[:matches])) for _ in range(TIMES)),
    }
    sys.stdout.write(json.dumps(report))


def _apart(files: list[Any]) -> tuple[list[Any], list[Any]]:
    """The files without the last results of five leagues, and these: a small file for each."""
    from dataclasses import replace

    latest: dict[str, int] = defaultdict(int)
    for at, file in enumerate(files):
        latest[file.content.split(b"\n")[1].split(b",")[0]] = at  # in order of seasons
    day = []
    for at in list(latest.values())[:LEAGUES]:
        header, *lines = files[at].content.rstrip().split(b"\n")
        day.append(replace(files[at], content=b"\n".join([header, *lines[-RESULTS:]])))
        files[at] = replace(files[at], content=b"\n".join([header, *lines[:-RESULTS]]))
    return files, day


def _bare(rows: list[Any]) -> float:
    """Seconds that it takes Django to insert these rows into an empty table, and nothing else."""
    from matches.models import Match

    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {connection.ops.quote_name(Match._meta.db_table)} CASCADE")
    for row in rows:
        row.pk, row._state.adding = None, True
    plain: models.QuerySet[Match] = models.QuerySet(Match)
    return _timed(lambda: plain.bulk_create(rows))


def _timed(work: Callable[[], Any]) -> float:
    began = perf_counter()
    work()
    return perf_counter() - began


if __name__ == "__main__":
    main(Path(sys.argv[1]))
