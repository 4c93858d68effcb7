"""When something happens, in words: by the clock where it is played, and in UTC."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import NamedTuple

from django.utils.dateformat import format as written

from matches.models import Match

MINUTE, HOUR, DAY = 60, 3600, 24 * 3600


class KickOff(NamedTuple):
    iso: str
    """For a machine: a moment, or a day alone where the time of day is not known."""
    day: str
    """At the league's place: "Sat 28 November 2026"."""
    short_day: str
    """"Sat 28 Nov", for what is near."""
    local: str
    """"15:30 CET"; empty where the time of day is not known."""
    utc: str
    """"14:30 UTC", with its day if that is another one there; empty if that is what the local clock shows."""


def kick_off(match: Match) -> KickOff:
    """Of a match that comes with its league."""
    local, utc = match.kickoff.astimezone(match.league.zone), match.kickoff.astimezone(UTC)
    if not match.kickoff_time_known:
        return KickOff(match.day.isoformat(), day_in_words(match.day), _short(match.day), "", "")
    zone = local.tzname() or match.league.time_zone
    # Where a zone has no abbreviation it is an offset alone.
    zone = f"UTC{zone}" if zone[0] in "+-" else zone
    elsewhere = "" if zone in ("UTC", "GMT") else f"{utc:%H:%M} UTC"
    if elsewhere and utc.date() != local.date():
        elsewhere = f"{_short(utc)}, {elsewhere}"
    iso = utc.isoformat().replace("+00:00", "Z")
    return KickOff(iso, day_in_words(local), _short(local), f"{local:%H:%M} {zone}", elsewhere)


def day_in_words(day: date) -> str:
    return written(day, "D j F Y")


def moment_in_words(moment: datetime) -> str:
    """In UTC, to the second."""
    return written(moment.astimezone(UTC), "D j F Y, H:i:s") + " UTC"


def _short(day: date) -> str:
    return written(day, "D j M")


def duration(seconds: float) -> str:
    """In the largest unit that fits, rounded down: "3 min". What is less than a minute is "under a minute".

    So a page changes at most once a minute only because time goes by.
    """
    for unit, name in ((DAY, "d"), (HOUR, "h"), (MINUTE, "min")):
        if seconds >= unit:
            return f"{int(seconds // unit)} {name}"
    return "under a minute"
