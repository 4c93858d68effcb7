"""What a source says of one match, before anything is known of the database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from datetime import time as time_of_day
from typing import NamedTuple
from zoneinfo import ZoneInfo

NOON = time_of_day(12)


class InvalidRow(ValueError):
    """One match of a file cannot be believed. The message says why, in words for whoever keeps the file."""


class UnreadableFile(ValueError):
    """A file as a whole is not what it should be. The message says why."""


@dataclass(frozen=True, slots=True)
class Rejection:
    """What was not imported, and why. `line` is None when it is the whole file."""

    file: str
    line: int | None
    reason: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.reason}" if self.line else f"{self.file}: {self.reason}"


class Shots(NamedTuple):
    """Shots by the home and the away team, then those of them that were on target."""

    home: int | None
    away: int | None
    home_on_target: int | None
    away_on_target: int | None


class Odds(NamedTuple):
    """Decimal odds at kickoff."""

    home: float
    draw: float
    away: float


class Kickoff(NamedTuple):
    """When a match begins: in UTC, on which day at the league's place, and whether the time of day is known."""

    at: datetime
    day: date
    time_known: bool


@dataclass(frozen=True, slots=True)
class Record:
    """One match as a source states it. None means that the source does not say."""

    source: str
    line: int
    league: str
    season: int
    home: str
    away: str
    day: date
    time: time_of_day | None = None
    clock: ZoneInfo | None = None
    """The time zone of `day` and `time`; None for that of the league."""
    status: str | None = None
    """Cancelled, postponed or awarded, when the source says so. Played or to be played follows from the goals."""
    goals: tuple[int, int] | None = None
    shots: Shots | None = None
    odds: Odds | None = None

    def kickoff(self, zone: ZoneInfo) -> Kickoff:
        """When the match begins, in a league whose time zone is `zone`. Noon there stands for an unknown time."""
        if self.time is None:
            at = datetime.combine(self.day, NOON, zone)
        else:
            at = datetime.combine(self.day, self.time, self.clock or zone)
        return Kickoff(at.astimezone(UTC), at.astimezone(zone).date(), self.time is not None)


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read from one file."""

    records: list[Record]
    rejections: list[Rejection]
