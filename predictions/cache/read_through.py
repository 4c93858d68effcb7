"""Reading through the cache: an entry if there is one, else what `compute` makes, kept for the next caller.

Knows callables, not what they compute.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from redis.exceptions import RedisError

from predictions.cache import entry as entries
from predictions.cache import store
from predictions.cache.entry import Entry
from predictions.cache.store import Found

logger = logging.getLogger(__name__)


class Source(StrEnum):
    """Where an answer came from."""

    HIT = "hit"
    MISS = "miss"
    BYPASS = "bypass"
    """Redis was away: computed, and not kept."""


@dataclass(frozen=True, slots=True)
class Computed:
    """What `compute` made: a body and how long it may be believed."""

    body: bytes
    fresh_until: float
    league: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    entry: Entry
    source: Source
    stored: bool = False


def read_through(
    *, match_id: int, key: str, model: str, now: float, compute: Callable[[bytes | None], Computed]
) -> Answer:
    """The entry at `key` if fresh, else a computed one. Raises what `compute` raises, and nothing that Redis does.

    `compute` is given the generation under which its result will be believed, taken before it reads anything;
    None while Redis is away.
    """
    try:
        lookup = store.look_up(match_id, key, now=now)
        if lookup.entry is not None:
            return Answer(lookup.entry, Source.HIT)
        if lookup.found is Found.CORRUPT:
            logger.warning("The entry at %s is not one of ours, or damaged: computing it anew.", key)
        generation = store.current_generation(match_id)
    except RedisError as error:
        # Its name alone: the message may quote the command, raw bytes and all.
        logger.warning("Redis is away or refuses (%s): computing without it.", type(error).__name__)
        return Answer(_entry(compute(None), entries.NO_GENERATION, model, now), Source.BYPASS)
    entry = _entry(compute(generation), generation, model, now)
    return Answer(entry, Source.MISS, stored=keep(match_id, key, entry, now=now))


def keep(match_id: int, key: str, entry: Entry, *, now: float) -> bool:
    """Fill, and say whether that worked; an answer that could not be kept is an answer all the same."""
    try:
        return store.fill(match_id, key, entry, now=now)
    except RedisError as error:
        logger.warning("Could not keep %s: %s", key, type(error).__name__)
        return False


def _entry(computed: Computed, generation: bytes, model: str, now: float) -> Entry:
    return entries.make(
        generation=generation,
        stored_at=now,
        fresh_until=computed.fresh_until,
        league=computed.league,
        model=model,
        body=computed.body,
    )
