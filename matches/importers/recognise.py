"""Finds the stored match that a record is about.

League, season and both teams are given; what is left to tell apart are meetings at the same home. Many leagues have
one a season, some two or three, and a source may date a match wrongly or not know that it was moved.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from zoneinfo import ZoneInfo

from matches.importers.records import Record
from matches.models import Match

# So near in time, two statements are about one meeting, whatever else they say.
NEAR_DAYS = 28


def recognise(records: Sequence[Record], stored: Sequence[Match], zone: ZoneInfo, *, once: bool) -> list[Match | None]:
    """For each of a file's `records` about one pairing at one home, the `stored` match it means, None for a new one.

    The pair that is nearest in time is taken first, then the next among those left: a match that both know on the
    same day is never mistaken for another. In a league where teams meet `once` at the same home no distance is too far.
    """
    days = [record.kickoff(zone).day for record in records]
    pairs = sorted((abs((day - match.day).days), r, m) for r, day in enumerate(days) for m, match in enumerate(stored))
    found: list[Match | None] = [None] * len(records)
    taken: set[int] = set()
    for _, r, m in pairs:
        if found[r] is None and m not in taken and (once or _may_be_one(records[r], days[r], stored[m])):
            found[r] = stored[m]
            taken.add(m)
    return found


def _may_be_one(record: Record, day: date, match: Match) -> bool:
    if abs((day - match.day).days) <= NEAR_DAYS:
        return True
    if match.home_goals is None:
        return True  # it was moved
    if record.goals is None:
        return day < match.day  # the source has not heard that it was moved; a later fixture is another meeting
    return record.goals == (match.home_goals, match.away_goals)  # one of the sources dates it wrongly
