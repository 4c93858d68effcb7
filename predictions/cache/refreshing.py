"""Stale while revalidate (RFC 5861): who finds an entry past its soft TTL is served; one caller has it made anew.

The lease is taken when the refresh runs, not when it is queued: what changes in between is in what it reads. One that
fails leaves the stale entry, which is served until its grace ends.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from functools import partial

from redis.exceptions import RedisError

from predictions.cache import admission, store
from predictions.cache.admission import Overloaded
from predictions.cache.answers import Task
from predictions.cache.background import background
from predictions.cache.counting import Layer, Outcome, count
from predictions.cache.gate import gate
from predictions.cache.leading import fill_of, keep, let_go
from predictions.cache.store import Place

logger = logging.getLogger(__name__)


def refresh(stale: Mapping[Place, bytes], task: Task) -> None:
    """Queue the refresh of entries, each once; `stale` says which value was seen at each place."""
    for place, seen in stale.items():
        background.submit(("refresh", place.key), partial(_run, place, seen, task))


def _run(place: Place, seen: bytes, task: Task) -> None:
    try:
        with gate.passing():
            [claim] = store.claim([(place, seen)], now=task.clock())
    except RedisError:
        return
    if (lease := claim.lease) is None:
        return  # somebody else refreshes it, or has done so
    try:
        with admission.computing(patience=0):
            computed = task.compute([place.match_id], held={place.match_id: lease.generation}, now=task.clock())
    except Exception as error:
        let_go([lease])
        if not isinstance(error, Overloaded):
            logger.warning("A refresh failed, the stale entry stays: %s", type(error).__name__)
            count(Layer.PREDICTION, Outcome.REFRESH_FAILED)
        return
    keep([fill_of(task, lease, computed[place.match_id])], now=task.clock())
