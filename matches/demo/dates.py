"""Whole weeks later, at the same hour by the league's clock."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

WEEK = timedelta(weeks=1)


def noon(day: date, zone: ZoneInfo) -> datetime:
    """The kickoff, in UTC, of a match on `day` whose time of day is unknown."""
    return datetime.combine(day, time(12), tzinfo=zone).astimezone(UTC)


def moved(kickoff: datetime, weeks: int, zone: ZoneInfo) -> datetime:
    """`kickoff` so many weeks later by the clock of `zone`: in UTC an hour more or less, across a clock change."""
    return (kickoff.astimezone(zone) + weeks * WEEK).astimezone(UTC)


def weeks_past(now: datetime, kickoffs: Collection[tuple[datetime, ZoneInfo]]) -> int:
    """The fewest weeks, 0 or more, by which all `kickoffs` move past `now`."""
    weeks = max(0, *((now - kickoff) // WEEK for kickoff, _ in kickoffs))
    while any(moved(kickoff, weeks, zone) <= now for kickoff, zone in kickoffs):
        weeks += 1
    return weeks
