"""Files: which are found under a path, in which order, how large they may be, and what is inside."""

from __future__ import annotations

import stat
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePath

from matches.importers.records import UnreadableFile

MOST_BYTES = 16 * 1024 * 1024
SUFFIXES = (".csv", ".json")
# Published beside the matches, and not matches.
NOT_MATCHES = (".clubs.json", ".groups.json", "package.json")


@dataclass(frozen=True, slots=True)
class SourceFile:
    """The content of a file, under the name that messages give it.

    `league` (a code) and `season` (the year it starts) are what the caller knows of all its matches, if anything.
    """

    name: str
    content: bytes
    league: str | None = None
    season: int | None = None

    def text(self) -> str:
        """The content as text: UTF-8 with or without a byte-order mark, else what Windows writes in the west."""
        try:
            return self.content.decode("utf-8-sig")
        except UnicodeDecodeError:
            return self.content.decode("cp1252", errors="replace")


def find(paths: Iterable[Path]) -> list[Path]:
    """The files meant by `paths`: files themselves, and all CSV and JSON files with matches below folders.

    One league after the other, its seasons in order: ratings that follow each other are then computed once. Raises
    FileNotFoundError for a path that is not there.
    """
    found: dict[Path, None] = {}
    for path in paths:
        if path.is_dir():
            below = [file for file in path.rglob("*") if file.suffix.lower() in SUFFIXES and file.is_file()]
            found.update(dict.fromkeys(file for file in below if not file.name.endswith(NOT_MATCHES)))
        elif path.exists():
            found[path] = None
        else:
            raise FileNotFoundError(f"{path} is not there")
    return sorted(found, key=_league_then_season)


def _league_then_season(path: Path) -> tuple[str, str, str]:
    league, _, code = path.stem.partition("_")
    # football-data.co.uk began in 1993: 9900 comes before 0001.
    century = "19" if code[:1] == "9" else "20"
    return league.lower(), f"{century}{code}" if code else path.parent.name, str(path)


def open_file(path: Path, *, league: str | None = None) -> SourceFile:
    """Read one file. Raises UnreadableFile when it can't be read, or is too large to be what it should."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise UnreadableFile("is not a file")
        with path.open("rb") as stream:
            content = stream.read(MOST_BYTES + 1)
    except OSError as error:
        raise UnreadableFile(f"can't be read: {error.strerror}") from None
    if len(content) > MOST_BYTES:
        raise UnreadableFile(f"is larger than {MOST_BYTES // 1024 // 1024} MiB, which no file of results is")
    return SourceFile(str(PurePath(path)), content, league)
