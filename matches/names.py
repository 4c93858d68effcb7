"""Team names, reduced to what two spellings of one must have in common."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

# A file names each team dozens of times, and an import looks up all spellings of a country's teams for each file.
NAMES_REMEMBERED = 10_000

# Letters that Unicode does not take apart into a plain letter and an accent.
_PLAIN_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe", "&": " and "})
_INSIDE_WORDS = re.compile(r"[.'’`´]")
_BETWEEN_WORDS = re.compile(r"[\W_]+")
_CLUB_AT_THE_END = re.compile(r"(?<=.) a?fc$")


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
