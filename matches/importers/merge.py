"""What a match becomes when a source states something about it: precedence, group of fields by group of fields.

A source overwrites its own statements and those of lower sources; what it leaves out, it does not state. The outcome
depends on what the sources say, not on the order in which they are imported.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from matches.importers import football_data, football_json
from matches.importers.records import NOON, Record
from matches.models import Match
from matches.provenance import ADMIN, GROUPS

RANK = {football_json.SOURCE: 1, football_data.SOURCE: 2, ADMIN: 3}
"""The higher, the more it is believed. A field without provenance, or of unknown provenance, anyone may overwrite."""

Status = Match.Status
FIELDS = (*(name for names in GROUPS.values() for name in names), "provenance")


def changes(match: Match, record: Record, zone: ZoneInfo) -> dict[str, Any]:
    """The fields of `match` that this statement changes, with their new values; empty if none. `match` stays as it is.

    `zone` is that of the match's league. A match not saved yet has no kickoff and no provenance.
    """
    new = {name: getattr(match, name) for name in FIELDS}
    new["provenance"] = dict(match.provenance)
    _kickoff(new, record, zone)
    _result(new, record)
    _group(new, record, "shots", record.shots)
    _group(new, record, "odds", record.odds)
    return {name: value for name, value in new.items() if value != getattr(match, name)}


def _may(new: dict[str, Any], group: str, source: str) -> bool:
    provenance = new["provenance"]
    stated_by = provenance.get(group)
    if group == "time" and new["kickoff_time_known"]:
        stated_by = stated_by or provenance.get("kickoff")
    return RANK[source] >= RANK.get(stated_by, 0)


def _state(new: dict[str, Any], group: str, source: str | None) -> None:
    """Note that `group` now is as `source` says; None: that nobody says anything."""
    if source is None:
        new["provenance"].pop(group, None)
    else:
        new["provenance"][group] = source


def _kickoff(new: dict[str, Any], record: Record, zone: ZoneInfo) -> None:
    """The day ("kickoff") and the time of day ("time") apart; a time belongs to the day it was stated for."""
    stated = record.kickoff(zone)
    stored_day = new["kickoff"].astimezone(zone).date() if new["kickoff"] else None
    if _may(new, "kickoff", record.source):
        if stored_day != stated.day:
            new["kickoff"] = datetime.combine(stated.day, NOON, zone).astimezone(UTC)
            new["kickoff_time_known"] = False
            _state(new, "time", None)
            stored_day = stated.day
        _state(new, "kickoff", record.source)
    if stated.time_known and stated.day == stored_day and _may(new, "time", record.source):
        new["kickoff"], new["kickoff_time_known"] = stated.at, True
        _state(new, "time", record.source)


def _result(new: dict[str, Any], record: Record) -> None:
    """Goals ("result") and a status stated in words ("status"). Played or to be played follows from the goals."""
    provenance, source = new["provenance"], record.source
    status = new["status"]
    if status == Status.CANCELLED and provenance.get("status") == ADMIN:
        return
    if status in (Status.SCHEDULED, Status.FINISHED) and "status" not in provenance:
        status = None
    if _may(new, "status", source) and (record.status or provenance.get("status") == source):
        status = record.status  # None takes back what the source said before
        _state(new, "status", source if status else None)
    if record.goals is not None and _may(new, "result", source):
        new["home_goals"], new["away_goals"] = record.goals
        _state(new, "result", source)
    elif status in (Status.CANCELLED, Status.POSTPONED) and provenance.get("result") == source:
        new["home_goals"] = new["away_goals"] = None  # the source takes its result back
        _state(new, "result", None)
    scored = new["home_goals"] is not None
    if status is not None and scored != (status in Match.WITH_SCORE):
        status = None  # a result outweighs that the match was to be played, postponed or cancelled
        _state(new, "status", None)
    new["status"] = status or (Status.FINISHED if scored else Status.SCHEDULED)


def _group(new: dict[str, Any], record: Record, group: str, stated: tuple[float | None, ...] | None) -> None:
    if stated is not None and _may(new, group, record.source):
        new.update(zip(GROUPS[group], stated, strict=True))
        _state(new, group, record.source)
