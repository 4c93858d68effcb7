"""Imports results and fixtures from files and from their publishers."""

from __future__ import annotations

import json
import sys
from argparse import RawDescriptionHelpFormatter
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import Error as DatabaseError
from tqdm import tqdm

from matches.importers import ImportResult, SourceFile, find, import_files
from matches.importers.download import PUBLISHERS, DownloadError, download, season
from matches.importers.leagues import BY_CODE
from matches.importers.seasons import claimed_by_text
from matches.models import League

COULD_NOT_RUN = 2
REJECTED = 1
MOST_SHOWN = 20

EPILOG = """\
examples:
  manage.py import_matches E0_2223.csv
  manage.py import_matches football.json/2022-23 --dry-run
  manage.py import_matches --download en.1 2022/23 --download de.1 2022/23

exit status:
  0  everything was imported, or was known already
  1  something was rejected; all else was imported
  2  the import could not run, or broke off: the last lines say where
"""


class Command(BaseCommand):
    help = (
        "Imports results and fixtures: CSV files of football-data.co.uk, and football.json files of openfootball. "
        "Importing a file again changes nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.formatter_class = RawDescriptionHelpFormatter
        parser.epilog = EPILOG
        parser.add_argument("paths", nargs="*", type=Path, metavar="PATH", help="a file, or a folder with files")
        parser.add_argument(
            "--download",
            nargs=2,
            action="append",
            default=[],
            metavar=("LEAGUE", "SEASON"),
            help="fetch a season from its publisher, such as en.1 2022/23; may be given more than once",
        )
        parser.add_argument(
            "--publisher",
            choices=PUBLISHERS,
            help="from whom to download; football-data where it has the league unless given",
        )
        parser.add_argument("--league", metavar="CODE", help="the league that all PATHs are of, whatever they say")
        parser.add_argument("--dry-run", action="store_true", help="do everything, then undo it")
        parser.add_argument("--json", action="store_true", help="print the outcome as one JSON document")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            total = self._import(options)
        except DatabaseError as error:
            raise CommandError(f"The database refused: {error}".strip(), returncode=COULD_NOT_RUN) from error
        if total.rejected:
            raise CommandError(f"{len(total.rejected)} rejected.", returncode=REJECTED)

    def _import(self, options: dict[str, Any]) -> ImportResult:
        league, dry_run = options["league"], options["dry_run"]
        if league and league not in BY_CODE and not League.objects.filter(code=league).exists():
            raise CommandError(f"No league has the code {league!r}.", returncode=COULD_NOT_RUN)
        sources: list[Path | SourceFile] = [
            *_found(options["paths"]),
            *_downloaded(options["download"], options["publisher"]),
        ]
        if not sources:
            raise CommandError("Nothing to import: name a file, a folder, or --download.", returncode=COULD_NOT_RUN)
        results: list[ImportResult] = []
        # The bar is for eyes only: tqdm leaves it out where the error output is no terminal.
        with tqdm(total=len(sources), unit="file", disable=None, leave=False, file=sys.stderr) as bar:
            for source, result in zip(sources, import_files(sources, league=league, dry_run=dry_run), strict=True):
                results.append(result)
                if not options["json"]:
                    with bar.external_write_mode(file=sys.stderr):
                        self._print(_name(source), result)
                bar.update()
        total = sum(results, ImportResult())
        if options["json"]:
            files = [_counts(result) | {"file": _name(source)} for source, result in zip(sources, results, strict=True)]
            self.stdout.write(json.dumps({"dry_run": dry_run, **asdict(total), "files": files}))
        else:
            self._print("Dry run, nothing was kept" if dry_run else "Total", total, rejections=False)
            if total.new_teams:
                self.stdout.write(_printable(f"New teams: {', '.join(sorted(total.new_teams))}"))
        return total

    def _print(self, name: str, result: ImportResult, *, rejections: bool = True) -> None:
        counts = ", ".join(f"{number} {what}" for what, number in _counts(result).items())
        self.stdout.write(_printable(f"{name}: {counts}"))
        if rejections:
            for rejection in result.rejected[:MOST_SHOWN]:
                self.stdout.write(_printable(f"  {rejection}"))
            if (more := len(result.rejected) - MOST_SHOWN) > 0:
                self.stdout.write(f"  … and {more} more; --json has all")


def _found(paths: list[Path]) -> list[Path]:
    try:
        found = find(paths)
    except FileNotFoundError as error:
        raise CommandError(f"{error}.", returncode=COULD_NOT_RUN) from None
    if paths and not found:
        raise CommandError("There is no CSV or JSON file below the folders named.", returncode=COULD_NOT_RUN)
    return found


def _downloaded(seasons: list[list[str]], publisher: str | None) -> Iterator[SourceFile]:
    """All seasons asked for, fetched before the first one is imported."""
    for league, written in seasons:
        if not (start := claimed_by_text(written)):
            raise CommandError(f"{written!r} is no season such as 2022/23.", returncode=COULD_NOT_RUN)
        try:
            yield download(season(league, start[0], publisher))
        except DownloadError as error:
            raise CommandError(f"{error}.", returncode=COULD_NOT_RUN) from error


def _name(source: Path | SourceFile) -> str:
    return source.name if isinstance(source, SourceFile) else str(source)


def _printable(text: str) -> str:
    """With escapes for what names may hold and a terminal must not: control characters, and bytes that are no text."""
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)


def _counts(result: ImportResult) -> dict[str, int]:
    return {
        "new": result.new,
        "updated": result.updated,
        "unchanged": result.unchanged,
        "rejected": len(result.rejected),
    }
