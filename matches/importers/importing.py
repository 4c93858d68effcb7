"""Imports files: each one entirely or not at all, and each again without changing anything."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from django.db import transaction

from matches.importers.apply import apply
from matches.importers.detect import reader_of
from matches.importers.records import Rejection, UnreadableFile
from matches.importers.result import ImportResult
from matches.importers.sources import SourceFile, open_file
from matches.services import batched


def import_files(
    sources: Iterable[Path | SourceFile], *, league: str | None = None, dry_run: bool = False
) -> Iterator[ImportResult]:
    """Import one file after the other, each in a transaction of its own, and yield what came of each.

    `league` is the code of the league that files given as paths are of, whatever they say. A dry run does the same
    work within one transaction, and rolls that back at the end.
    """
    if not dry_run:
        for source in sources:
            yield import_file(source, league=league)
        return
    with transaction.atomic():
        for source in sources:
            yield import_file(source, league=league)
        transaction.set_rollback(True)


def import_file(source: Path | SourceFile, *, league: str | None = None) -> ImportResult:
    """Import one file, in one transaction. What can't be imported is in the result, not raised."""
    try:
        file = source if isinstance(source, SourceFile) else open_file(source, league=league)
        reading = reader_of(file)(file)
    except UnreadableFile as error:
        name = source.name if isinstance(source, SourceFile) else str(source)
        return ImportResult(rejected=[Rejection(name, None, str(error))])
    result = ImportResult()
    with batched() as change:
        apply(reading.records, file.name, result, change)
    result.rejected = sorted([*reading.rejections, *result.rejected], key=lambda rejection: rejection.line or 0)
    return result
