"""What is asked of the cache, what is computed for it, and what comes back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from predictions.cache import entry as entries
from predictions.cache.counting import Outcome
from predictions.cache.entry import NO_GENERATION, Entry
from predictions.cache.lifetime import Lifetime
from predictions.cache.throttle import Toll


class Source(StrEnum):
    """Where an answer came from."""

    HIT = "hit"
    STALE = "stale"
    """From the cache, past its soft TTL: one caller has it refreshed, all are served meanwhile."""
    MISS = "miss"
    BYPASS = "bypass"
    """Redis was away: computed, and not kept."""


@dataclass(frozen=True, slots=True)
class Answer:
    entry: Entry
    source: Source
    stored: bool = False
    collapsed: bool = False
    """Somebody else computed it, and this caller waited."""

    @property
    def outcome(self) -> Outcome:
        """As what it counts."""
        if self.entry.is_absence:
            return Outcome.ABSENT
        if self.source is Source.MISS and self.collapsed:
            return Outcome.COALESCED
        return _OUTCOMES[self.source]


_OUTCOMES = {
    Source.HIT: Outcome.HIT,
    Source.STALE: Outcome.STALE,
    Source.MISS: Outcome.MISS,
    Source.BYPASS: Outcome.BYPASS,
}


@dataclass(frozen=True, slots=True)
class Part:
    """Something worth an entry of its own that was made on the way: features."""

    key: str
    body: bytes
    lifetime: Lifetime


@dataclass(frozen=True, slots=True)
class Computed:
    """What a computation made of one match: a body, how long it may be believed, and its parts."""

    body: bytes
    lifetime: Lifetime
    league: str = ""
    parts: Sequence[Part] = ()


class Compute(Protocol):
    """Makes what is missing, all of it in one go."""

    def __call__(
        self, match_ids: Sequence[int], *, held: Mapping[int, bytes] | None, now: float
    ) -> Mapping[int, Computed]:
        """`held`: the generations taken before anything was read, under which parts may be looked up; None: none were.

        `now` in seconds since 1970.
        """
        ...


@dataclass(frozen=True, slots=True)
class Task:
    """How what is missing gets made, and for whom."""

    compute: Compute
    model: str
    """The name of who computes, for the entries."""
    clock: Callable[[], float]
    """Seconds since 1970."""
    toll: Toll | None = None
    """Who pays for what is computed while a caller waits; None: nobody does."""


def entry_of(
    computed: Computed,
    part: Part | None = None,
    *,
    generation: bytes = NO_GENERATION,
    model: str = "",
    stored_at: float,
) -> Entry:
    """The entry for what was computed, or for a part of it."""
    made = part or computed
    return entries.make(
        generation=generation,
        stored_at=stored_at,
        fresh_until=made.lifetime.fresh_until,
        stale_until=made.lifetime.stale_until,
        league=computed.league,
        model=model,
        body=made.body,
    )
