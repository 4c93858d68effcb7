"""Reading through the cache: entries that may be served, else what a task computes, kept for the next caller.

Fresh: served. Stale: served, and refreshed in the background. Missing: the first caller of this process takes the lead,
those who come later wait for it. Knows tasks, not what they compute.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from django.conf import settings
from redis.exceptions import RedisError

from predictions.cache import store
from predictions.cache.admission import Overloaded, waiting
from predictions.cache.answers import Answer, Source, Task
from predictions.cache.counting import Layer, Outcome, count
from predictions.cache.flights import Boarding, Flights
from predictions.cache.gate import gate
from predictions.cache.leading import Leader
from predictions.cache.refreshing import refresh
from predictions.cache.store import Found, Lookup, Place

logger = logging.getLogger(__name__)

# How often a caller shares another's work in vain before it works alone.
ATTEMPTS = 3

flights: Flights[Answer] = Flights()


def read_through(places: Sequence[Place], lookups: Sequence[Lookup] | None, task: Task) -> dict[Place, Answer]:
    """The answer at each place. `lookups`: what has just been found there; None if Redis is away.

    Raises Overloaded, and what the computation raises; nothing that Redis does.
    """
    answers: dict[Place, Answer] = {}
    deadline = task.clock() + settings.WAIT_SECONDS
    for attempt in range(ATTEMPTS + 1):
        served, missing = _serve(places, lookups, task)
        answers |= served
        if not missing:
            break
        board = flights.board if attempt < ATTEMPTS else flights.alone
        boardings = {place: board(place.key) for place in missing}
        answers |= _lead(boardings, missing, task, away=lookups is None, deadline=deadline)
        joined = {place: boarding for place, boarding in boardings.items() if not boarding.leads}
        shared = _share(joined, task, deadline=deadline)
        answers |= shared
        places = [place for place in joined if place not in shared]
        lookups = _look_again(places, task)
    return answers


def _serve(
    places: Iterable[Place], lookups: Iterable[Lookup] | None, task: Task
) -> tuple[dict[Place, Answer], dict[Place, bytes]]:
    """What may be served; and, where nothing may, which value was seen."""
    if lookups is None:
        return {}, dict.fromkeys(places, b"")
    served: dict[Place, Answer] = {}
    missing: dict[Place, bytes] = {}
    stale: dict[Place, bytes] = {}
    for place, lookup in zip(places, lookups, strict=True):
        if lookup.entry is None:
            missing[place] = lookup.seen
            count_unbelievable(Layer.PREDICTION, lookup)
        elif lookup.found is Found.STALE:
            stale[place] = lookup.seen
            served[place] = Answer(lookup.entry, Source.STALE)
        else:
            served[place] = Answer(lookup.entry, Source.HIT)
    if stale:
        refresh(stale, task)
    return served, missing


def count_unbelievable(layer: Layer, lookup: Lookup) -> None:
    """Count what was found and could not be served, other than for its age."""
    if lookup.found is Found.CORRUPT:
        logger.warning("An entry is not one of ours, or damaged: it is computed anew.")
        count(layer, Outcome.CORRUPT)
    elif lookup.found is Found.VOID:
        count(layer, Outcome.VOID)


def _lead(
    boardings: Mapping[Place, Boarding[Answer]],
    seen: Mapping[Place, bytes],
    task: Task,
    *,
    away: bool,
    deadline: float,
) -> dict[Place, Answer]:
    leads = {place: (boarding.flight, seen[place]) for place, boarding in boardings.items() if boarding.leads}
    if not leads:
        return {}
    leader = Leader(task, flights, leads, deadline=deadline)
    leader.lead(away=away)
    return leader.answers


def _share(joined: Mapping[Place, Boarding[Answer]], task: Task, *, deadline: float) -> dict[Place, Answer]:
    """Wait for the flights that others lead; returns their answers as far as these callers may have them."""
    if not joined:
        return {}
    shared = {}
    with waiting():
        for place, boarding in joined.items():
            if not boarding.flight.landed.wait(max(0.0, deadline - task.clock())):
                raise Overloaded("The prediction is being computed, but takes too long.")
            if answer := boarding.answer():
                shared[place] = replace(answer, collapsed=answer.source is Source.MISS)
    return shared


def _look_again(places: Sequence[Place], task: Task) -> list[Lookup] | None:
    if not places:
        return []
    try:
        with gate.passing():
            return store.look_up(places, now=task.clock())[0]
    except RedisError:
        return None
