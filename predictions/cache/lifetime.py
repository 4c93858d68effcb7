"""How long an answer stays fresh."""

from __future__ import annotations


def fresh_until(*, now: float, ttl: float, ends_at: float | None = None) -> float:
    """`ttl` seconds from `now` on, but never past `ends_at` (seconds since 1970), the kickoff."""
    until = now + ttl
    return until if ends_at is None else min(until, ends_at)
