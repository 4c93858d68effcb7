"""What speaks for whom, as bars to either side of a middle line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple


class Reason(NamedTuple):
    text: str
    side: str
    """"home" or "away": for whom it speaks."""
    start: str
    width: str
    """In percent of the whole bar, of which the middle is 50."""


def reasons(told: Sequence[Mapping[str, Any]]) -> list[Reason]:
    """Of an answer's `why.reasons`. The loudest reaches to the end of its side."""
    loudest = max((abs(one["contribution"]) for one in told), default=0.0)
    return [_reason(one["text"], one["contribution"], loudest) for one in told]


def _reason(text: str, contribution: float, loudest: float) -> Reason:
    width = 50 * abs(contribution) / loudest if loudest else 0.0
    # To the left, where the home team's name is, for the home team.
    home = contribution >= 0
    return Reason(text, "home" if home else "away", f"{50 - width if home else 50:.2f}", f"{width:.2f}")
