"""Which season a file's matches belong to, and dates that lie a year too early.

A season is named by the year in which it starts. What file name, folder or title claim is believed if the dates
agree; else the dates decide, being written once a match while a folder is chosen once a season.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from pathlib import PurePath
from statistics import median_low

from matches.importers.records import InvalidRow
from matches.models.match import EARLIEST_SEASON, LATEST_SEASON

# Dates are repaired only in files with enough of them to be sure.
FEWEST_MATCHES, FEWEST_ROUNDS = 20, 4
ONE_YEAR = timedelta(days=365)

_TWO_YEARS = re.compile(r"\b((?:18|19|20|21)\d\d)[-/](\d\d|\d{4})\b")
_ONE_YEAR = re.compile(r"(?:18|19|20|21)\d\d")
_CODE = re.compile(r"(?:^|_)(\d\d)(\d\d)$")


def claimed_by_text(text: str) -> list[int]:
    """Seasons written as 2014/15, 2014-15 or 2014/2015 in a title or a folder's name, or a folder's single year."""
    pairs = [int(start) for start, end in _TWO_YEARS.findall(text) if (int(start) + 1) % 100 == int(end) % 100]
    return pairs or ([int(text)] if _ONE_YEAR.fullmatch(text) else [])


def claimed_by_code(path: str) -> list[int]:
    """Seasons written as football-data.co.uk does: 0304 for 2003/04, as a folder or at the end of a file's name."""
    pure = PurePath(path)
    seasons = []
    for text in (pure.stem, pure.parent.name):
        if (found := _CODE.search(text)) and (int(found[1]) + 1) % 100 == int(found[2]):
            seasons.append(int(found[1]) + (1900 if int(found[1]) >= 50 else 2000))
    return seasons


def season_of(days: Iterable[date], claims: Iterable[int], *, in_one_year: bool) -> int:
    """The season of a file whose matches are on these `days`. Raises ValueError when there are none."""
    days = sorted(days)
    for season in claims:
        first, last = (
            (date(season, 1, 1), date(season + 1, 2, 28))
            if in_one_year
            else (date(season, 7, 1), date(season + 1, 8, 31))
        )
        if 2 * sum(first <= day <= last for day in days) > len(days):
            return season
    middle = median_low(days)
    return middle.year if in_one_year or middle.month >= 7 else middle.year - 1


def check(day: date, season: int) -> None:
    """Raise InvalidRow for a day that can't be in `season`, even as a slip of one year."""
    if not EARLIEST_SEASON <= season <= LATEST_SEASON:
        raise InvalidRow(f"date {day} is not in a season from {EARLIEST_SEASON} to {LATEST_SEASON}")
    if not date(season, 1, 1) <= day <= date(season + 1, 12, 31):
        raise InvalidRow(f"date {day} is not in the season that starts in {season}, as the rest of the file is")


def repaired(days: Sequence[date | None], rounds: Sequence[int | None]) -> list[date | None]:
    """The `days` of matches, those of late rounds that are dated a year too early put right.

    When a season runs into its second July, a publisher who takes the year from the month alone dates its end
    before its beginning. A round of the season's second half can't come before most of its first half.
    Matches without a round count as of the latest one listed before them.
    """
    latest, numbers = 0, []
    for number in rounds:
        latest = max(latest, number or 0)
        numbers.append(number or latest)
    half = latest / 2
    early = [day for day, number in zip(days, numbers, strict=True) if day is not None and number <= half]
    if latest < FEWEST_ROUNDS or len(early) < FEWEST_MATCHES:
        return list(days)
    middle = median_low(early)
    return [
        _a_year_later(day) if day is not None and number > half and day < middle else day
        for day, number in zip(days, numbers, strict=True)
    ]


def _a_year_later(day: date) -> date:
    try:
        return day.replace(year=day.year + 1)
    except ValueError:
        return day + ONE_YEAR
