"""Single values as the sources write them. Each function returns the value, or raises InvalidRow and says why."""

from __future__ import annotations

import re
from datetime import date, time
from math import isfinite

from matches.importers.records import InvalidRow
from matches.models.match import EARLIEST_SEASON, LATEST_SEASON, MOST_ODDS

LONGEST_NAME = 100
MOST_SHOTS = 999


_DIGITS = re.compile(r"-?[0-9]{1,20}(\.[0-9]{0,20})?")
_TIME = re.compile(r"([0-9]{1,2})[:.]([0-9]{2})(?::00)?")


def team_name(value: object) -> str:
    """A team's name, with single spaces."""
    name = " ".join(value.split()) if isinstance(value, str) else ""
    if not name:
        raise InvalidRow("a team has no name")
    if not name.isprintable():
        raise InvalidRow(f"team {_shown(name)} has characters that can't be printed")
    if len(name) > LONGEST_NAME:
        raise InvalidRow(f"team {_shown(name)} has a name of more than {LONGEST_NAME} characters")
    return name


def whole_number(value: object, *, what: str, most: int) -> int:
    """A count from 0 to `most`; `2.0` and "2.0" are 2."""
    number = _number(value)
    if number is None or number != int(number):
        raise InvalidRow(f"{what} {_shown(value)} is not a whole number")
    if number < 0:
        raise InvalidRow(f"{what} {_shown(value)} is below 0")
    if number > most:
        raise InvalidRow(f"{what} {_shown(value)} is above {most}")
    return int(number)


def odds(value: str) -> float:
    """Decimal odds, above 1."""
    number = _number(value)
    if number is None:
        raise InvalidRow(f"odds {_shown(value)} are not a number")
    if not 1 < number <= MOST_ODDS:
        raise InvalidRow(f"odds {_shown(value)} are not between 1 and {MOST_ODDS:.0f}")
    return number


def _number(value: object) -> float | None:
    """A number, or digits that make one; None for anything else, infinity and NaN included."""
    if isinstance(value, str) and not _DIGITS.fullmatch(value):
        return None
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if isfinite(number) else None


def day_of_year(year: int, month: int, day: int, *, written: object) -> date:
    """A date on which football may have been played."""
    if year < EARLIEST_SEASON:
        raise InvalidRow(f"date {year:04}-{month:02}-{day:02} is before {EARLIEST_SEASON}")
    if year > LATEST_SEASON:
        raise InvalidRow(f"date {year:04}-{month:02}-{day:02} is after {LATEST_SEASON}")
    try:
        return date(year, month, day)
    except ValueError:
        raise InvalidRow(f"date {_shown(written)} is not in the calendar") from None


def invalid_date(value: object) -> InvalidRow:
    """What to raise for something that is no date at all."""
    return InvalidRow(f"date {_shown(value)} is not a date" if value else "the date is missing")


def time_of_day(value: object) -> time | None:
    """A time such as 19:45; None for nothing."""
    if value is None or value == "":
        return None
    found = _TIME.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None or int(found[1]) > 23 or int(found[2]) > 59:
        raise InvalidRow(f"time {_shown(value)} is not a time of day")
    return time(int(found[1]), int(found[2]))


def _shown(value: object) -> str:
    """A value as a message shows it: what can't be printed escaped, what is long cut."""
    text = ascii(value) if isinstance(value, str) and not value.isprintable() else repr(value)
    return text if len(text) <= 60 else f"{text[:57]}…"
