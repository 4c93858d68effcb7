"""How long an answer stays fresh, and how long it may be served stale.

What was computed at the same time must not expire at the same time, so lifetimes are shortened, each by another amount.
All times are seconds since 1970.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import getrandbits
from threading import Lock

PERIOD = 2**32
GOLDEN_RATIO = 2_654_435_769  # less 1, in units of 1 / PERIOD, and odd

# The window over which soft ends are spread, of the time until the last of them: a share, but where that is little and
# many answers end with one kickoff, as many seconds, though never more than half the time.
SHARE_SPREAD, SECONDS_SPREAD, MOST_SPREAD = 0.1, 300.0, 0.5


@dataclass(frozen=True, slots=True)
class Lifetime:
    fresh_until: float
    stale_until: float
    """Until then it may be served while it is refreshed; never before `fresh_until`."""


def lifetime(*, now: float, ttl: float, grace: float, ends_at: float | None, spread: float) -> Lifetime:
    """`ttl` seconds fresh from `now` on and `grace` more stale, neither past `ends_at`, the kickoff.

    `spread`, at least 0 and less than 1, is the answer's place in the jitter, which only ever shortens. Where the
    kickoff ends the grace half of the jitter goes off that too, or all of one kickoff would leave Redis together.
    """
    end = now + ttl if ends_at is None else min(now + ttl, ends_at)
    length = max(0.0, end - now)
    jitter = spread * max(SHARE_SPREAD * length, min(SECONDS_SPREAD, MOST_SPREAD * length))
    fresh_until = end - jitter
    stale_until = fresh_until + grace
    return Lifetime(fresh_until, stale_until if ends_at is None else min(stale_until, ends_at - jitter / 2))


def spread_of(number: int) -> float:
    """The place in the jitter, at least 0 and less than 1, of the answer with this number.

    The fractional part of its multiple of the golden ratio (H. Weyl's sequence; Fibonacci hashing in D. Knuth, TAOCP 3,
    6.4): of numbers that follow one another, however many, any two lie nearly as far apart as can be. In integers, so
    that it is exact for large ones.
    """
    return number * GOLDEN_RATIO % PERIOD / PERIOD


class Turns:
    """Numbers what a process computes, league by league, for `spread_of`.

    Ids would do as long as those of a league follow one another. With gaps they are no better than chance, by which
    more than 2 % of 300 answers now and then end in one second.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._last: dict[str, int] = {}

    def next(self, league: str) -> int:
        """The next number for the league with this code. Each process begins elsewhere, lest all take one place."""
        with self._lock:
            number = self._last.get(league, getrandbits(32)) + 1
            self._last[league] = number
            return number
