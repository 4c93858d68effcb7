"""What is counted, and what a hit rate is."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Layer(StrEnum):
    """Whose entry was asked for."""

    PREDICTION = "prediction"
    FEATURES = "features"

    # Enum's own is written in Python, and each count would call it.
    __hash__ = str.__hash__


class Outcome(StrEnum):
    """What came of it: one of the answers for each question, and beside it any number of the events."""

    # Answers.
    HIT = "hit"
    """A fresh entry."""
    STALE = "stale"
    """An entry past its soft TTL, within its grace."""
    ABSENT = "absent"
    """There is no such match, as an entry said or the database."""
    MISS = "miss"
    """Computed by whoever asked."""
    COALESCED = "coalesced"
    """Waited for what somebody else computed."""
    BYPASS = "bypass"
    """Computed without Redis."""
    OVERLOADED = "overloaded"
    """Refused: too many were computing or waiting."""
    THROTTLED = "throttled"
    """Refused: the consumer had had computed what it may."""

    # Events.
    CORRUPT = "corrupt"
    """A value that is not ours, damaged, or of another schema."""
    VOID = "void"
    """An entry made under a generation that is no longer the current one."""
    REFUSED_FILL = "refused_fill"
    """Computed, but not stored, since the match changed meanwhile."""
    ERROR = "error"
    """Redis was away, or refused a command."""
    REFRESH_FAILED = "refresh_failed"
    """A stale entry could not be made anew."""
    ABSENCE_NOT_KEPT = "absence_not_kept"
    """Beyond the cap on absences."""

    __hash__ = str.__hash__


SERVED = (Outcome.HIT, Outcome.STALE)
ASKED = (*SERVED, Outcome.MISS, Outcome.COALESCED)
ANSWERS = (*ASKED, Outcome.ABSENT, Outcome.BYPASS, Outcome.OVERLOADED, Outcome.THROTTLED)


def hit_rate(outcomes: Mapping[Outcome, int]) -> float | None:
    """The share, in percent, that came from an entry; None if nothing was asked.

    Absences are neither, so that a flood of unknown ids changes nothing, nor is what Redis took no part in.
    """
    asked = sum(outcomes.get(outcome, 0) for outcome in ASKED)
    return round(100 * sum(outcomes.get(outcome, 0) for outcome in SERVED) / asked, 2) if asked else None
