"""The table of the spellings that sources use for one team and that differ beyond `matches.names.normalise`.

Nothing here guesses. Two spellings are one team when they reduce to the same key, or when the table says so.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from matches.names import normalise

TABLE = Path(__file__).with_name("teams.toml")


@dataclass(frozen=True, slots=True)
class KnownTeam:
    """A line of the table: the name used here, and all spellings of it."""

    name: str
    spellings: tuple[str, ...]


def known(country: str, key: str) -> KnownTeam | None:
    """The team of `country` that the table knows under this key."""
    return _table().get(country, {}).get(key)


@cache
def _table() -> dict[str, dict[str, KnownTeam]]:
    return {
        country: {normalise(spelling): team for team in teams for spelling in team.spellings}
        for country, teams in table()
    }


def table() -> Iterator[tuple[str, list[KnownTeam]]]:
    """The table as it is written, country by country."""
    for country, teams in tomllib.loads(TABLE.read_text(encoding="utf-8")).items():
        yield country, [KnownTeam(name, (name, *others)) for name, others in teams.items()]
