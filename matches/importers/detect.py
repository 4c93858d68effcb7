"""Tells from the content of a file who can read it."""

from __future__ import annotations

from collections.abc import Callable

from matches.importers import football_data, football_json
from matches.importers.records import Reading, UnreadableFile
from matches.importers.sources import SourceFile

Reader = Callable[[SourceFile], Reading]

# How files begin that are sometimes saved under a name that ends in .csv.
OTHER_KINDS = {
    b"%PDF": "a PDF",
    b"PK\x03\x04": "a ZIP archive or an Excel workbook",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook",
    b"\x1f\x8b": "compressed with gzip",
    b"<": "a web page",
}


def reader_of(file: SourceFile) -> Reader:
    """The function that reads `file`. Raises UnreadableFile when there is none."""
    start = file.content.removeprefix(b"\xef\xbb\xbf")[:4096].lstrip()
    if not start:
        raise UnreadableFile("is empty")
    for beginning, kind in OTHER_KINDS.items():
        if start.startswith(beginning):
            raise UnreadableFile(f"is {kind}, neither CSV nor JSON")
    if b"\0" in start:
        raise UnreadableFile("is binary, neither CSV nor JSON")
    if start[:1] in (b"{", b"["):
        return football_json.read
    if football_data.is_header(file.text().replace("\r", "\n").partition("\n")[0]):
        return football_data.read
    raise UnreadableFile("has neither the columns Date, HomeTeam and AwayTeam nor JSON in it")
