"""Predictions for matches: the one place where cache and model meet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from time import monotonic, perf_counter
from typing import Any

from django.conf import settings
from django.db import connection
from redis.exceptions import RedisError, ResponseError

from predictions.cache import admission, keys, store, throttle
from predictions.cache.admission import Overloaded
from predictions.cache.answers import Answer, Computed, Source, Task, entry_of
from predictions.cache.counting import Layer, Outcome, count
from predictions.cache.gate import gate
from predictions.cache.read_through import read_through
from predictions.cache.store import Lookup, Place
from predictions.cache.throttle import Throttled, Toll
from predictions.computation import Computation, absence
from predictions.ml.active import ActiveModel, active_model, known_model

LARGEST_ID = 2**63 - 1


def predict(match_id: int, *, now: datetime, toll: Toll | None = None) -> Answer:
    """The answer for a match: `predict_many` of one."""
    return predict_many([match_id], now=now, toll=toll)[match_id]


def predict_many(match_ids: Collection[int], *, now: datetime, toll: Toll | None = None) -> dict[int, Answer]:
    """The answer for each match, from the cache where it is there; an absence where there is no such match.

    `toll` is charged one unit for each that this caller has to have computed; impossible ids are free. Raises
    predictions.cache.throttle.Throttled, which is an Overloaded, if that is too much: then nothing is computed. Raises
    predictions.ml.active.NoActiveModel and predictions.cache.admission.Overloaded. Redis being away is no error: see
    `Answer.source`.
    """
    clock = _clock(now)
    # No row can have another id, so there is nothing to ask and nothing to remember.
    possible = [match_id for match_id in dict.fromkeys(match_ids) if 0 < match_id <= LARGEST_ID]
    answers = dict.fromkeys(match_ids, Answer(entry_of(absence(clock()), stored_at=clock()), Source.MISS))
    if possible:
        answers |= _uncached(possible, clock) if _inside_a_transaction() else _cached(possible, clock, toll)
    return answers


def charge(toll: Toll | None, units: int, *, now: datetime | None = None) -> None:
    """Charge for what costs as much as computing so many predictions, and is no look-up in the cache. Raises Throttled.

    `now`: this very moment unless given.
    """
    if toll is not None:
        throttle.charge(toll, units, now=None if now is None else now.timestamp())


def prepare(match_ids: Sequence[int], *, model: ActiveModel, now: datetime) -> dict[int, Answer]:
    """Have the answers of a model in the cache that is not active yet, for matches that exist. Not in a transaction.

    Nobody is given them yet, so they are not published: see `publish`. Raises Overloaded.
    """
    clock, lookups = _clock(now), None
    with suppress(RedisError), gate.passing():
        lookups, _ = store.look_up(_places(match_ids, model), now=clock())
    return _answered(match_ids, model, lookups, clock, publishes=False)


def publish(match_ids: Sequence[int], *, model: ActiveModel, now: datetime) -> None:
    """Have it written down, in the background, what a model says of matches that it has become the active one for.

    Its answers that were in the cache before are given to whoever asks, and nothing is written down when they are.
    """
    Computation(model)(match_ids, held=None, now=now.timestamp())


def compute(match_ids: Sequence[int], *, now: datetime) -> Mapping[int, Computed]:
    """The same by the active model alone: nothing is asked of Redis, nothing kept. Raises NoActiveModel."""
    return Computation(active_model(), publishes=False)(match_ids, held=None, now=now.timestamp())


def _cached(match_ids: Sequence[int], clock: Callable[[], float], toll: Toll | None) -> dict[int, Answer]:
    begun = perf_counter()
    model, lookups = _look_up(match_ids, clock)
    try:
        answers = _answered(match_ids, model, lookups, clock, publishes=True, toll=toll)
    except Overloaded as error:
        outcome = Outcome.THROTTLED if isinstance(error, Throttled) else Outcome.OVERLOADED
        count(Layer.PREDICTION, outcome, n=len(match_ids))
        raise
    seconds = perf_counter() - begun
    for (outcome, league), number in Counter((each.outcome, each.entry.league) for each in answers.values()).items():
        count(Layer.PREDICTION, outcome, league, seconds, number)
    return answers


def _answered(
    match_ids: Sequence[int],
    model: ActiveModel,
    lookups: list[Lookup] | None,
    clock: Callable[[], float],
    *,
    publishes: bool,
    toll: Toll | None = None,
) -> dict[int, Answer]:
    task = Task(Computation(model, publishes), model.version, clock, toll)
    answers = read_through(_places(match_ids, model), lookups, task)
    return {place.match_id: answer for place, answer in answers.items()}


def _uncached(match_ids: Sequence[int], clock: Callable[[], float]) -> dict[int, Answer]:
    """For a caller inside a transaction: it may see what nobody else does, or no longer what everybody else does."""
    model = active_model()
    with admission.computing(patience=settings.WAIT_SECONDS):
        computed = Computation(model, publishes=False)(match_ids, held=None, now=clock())
    return {
        match_id: Answer(entry_of(each, model=model.version, stored_at=clock()), Source.BYPASS)
        for match_id, each in computed.items()
    }


def _look_up(match_ids: Sequence[int], clock: Callable[[], float]) -> tuple[ActiveModel, list[Lookup] | None]:
    """The active model, and what is cached of its answers; None if Redis is away.

    Which model is active, the database knows. What this process knows of it stands under a generation, read along.
    """
    known, lookups, token = known_model(), None, None
    try:
        if known is not None:
            with gate.passing():
                lookups, token = store.look_up(_places(match_ids, known), now=clock(), fact=keys.ACTIVE_MODEL)
        model = active_model(token or _mint())
        if known is None or known.digest != model.digest:
            with gate.passing():
                lookups, _ = store.look_up(_places(match_ids, model), now=clock())
    except RedisError:
        return active_model(), None
    return model, lookups


def _mint() -> bytes | None:
    """A generation for what this process is about to learn; None if Redis refuses to write."""
    try:
        with gate.passing():
            return store.generation_of(keys.ACTIVE_MODEL)
    except ResponseError:
        return None


def _places(match_ids: Sequence[int], model: ActiveModel) -> list[Place]:
    return [Place(match_id, keys.prediction(match_id, model.digest)) for match_id in match_ids]


def _clock(now: datetime) -> Callable[[], float]:
    """Seconds since 1970, beginning at `now`."""
    begun = monotonic()
    return lambda: now.timestamp() + monotonic() - begun


def _inside_a_transaction() -> bool:
    # As `transaction.atomic(durable=True)` finds out: a test's own transaction does not count.
    blocks: list[Any] = connection.atomic_blocks
    return any(not block._from_testcase for block in blocks)
