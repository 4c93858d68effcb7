"""How much of a team's recent past is known, of what not every source has: shots, and odds."""

from __future__ import annotations

STEP = 0.1


def step(share: float, *, known: bool) -> float:
    """How the moving share of matches of which something is known moves by one match more."""
    return STEP * ((1.0 if known else 0.0) - share)
