"""Team names: reduced to what two spellings must have in common, and the table of those that differ beyond that.

Nothing here guesses. Two spellings are one team when they reduce to the same key, or when the table says so.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

TABLE = Path(__file__).with_name("teams.toml")
# A file names each team dozens of times, and an import looks up all spellings of a country's teams for each file.
NAMES_REMEMBERED = 10_000

# Letters that Unicode does not take apart into a plain letter and an accent.
_PLAIN_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe", "&": " and "})
_INSIDE_WORDS = re.compile(r"[.'’`´]")
_BETWEEN_WORDS = re.compile(r"[\W_]+")
_CLUB_AT_THE_END = re.compile(r"(?<=.) a?fc$")


@dataclass(frozen=True, slots=True)
class KnownTeam:
    """A line of the table: the name used here, and all spellings of it."""

    name: str
    spellings: tuple[str, ...]


@lru_cache(maxsize=NAMES_REMEMBERED)
def normalise(name: str) -> str:
    """The key of a name: "Nîmes Olympique FC" and "nimes olympique" are both "nimes olympique".

    Drops accents, capitals, punctuation, and FC or AFC at the end; nothing else, so that AFC Wimbledon and
    Wimbledon, Paris FC and Paris Saint-Germain stay apart. Empty for a name without letters or digits.
    """
    folded = unicodedata.normalize("NFKD", name.casefold()).translate(_PLAIN_LETTERS)
    plain = "".join(letter for letter in folded if not unicodedata.combining(letter))
    words = _BETWEEN_WORDS.sub(" ", _INSIDE_WORDS.sub("", plain)).strip()
    return _CLUB_AT_THE_END.sub("", words)


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
