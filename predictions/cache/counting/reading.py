"""What all processes have counted, read back by names that are computed: nothing is searched for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.core.cache import caches
from redis.exceptions import NoPermissionError

from predictions.cache import keys
from predictions.cache.counting import fields
from predictions.cache.counting.collecting import Batch
from predictions.cache.counting.outcomes import ANSWERS, Layer, Outcome, hit_rate

MINUTES_PER_TRIP = 120
"""How many hashes one round trip fetches at the most."""


@dataclass(frozen=True, slots=True)
class Counts:
    """Summed over minutes and processes."""

    minutes: int
    batch: Batch = field(default_factory=Batch)

    def total(self, layer: Layer, *, league: str | None = None) -> Counter[Outcome]:
        """How often each outcome occurred: in one league ("" where none is known), or altogether."""
        total: Counter[Outcome] = Counter()
        for (of, outcome, code), number in self.batch.outcomes.items():
            if of == layer and league in (None, code):
                total[outcome] += number
        return total

    def hit_rate(self, layer: Layer, *, league: str | None = None) -> float | None:
        """In percent, of one league or all; None where nothing was asked.

        What was looked up for an id that no match has is a miss without a league, and no part of it.
        """
        total = self.total(layer, league=league)
        return hit_rate(total if league is not None else total - self.total(layer, league=""))

    def leagues(self, layer: Layer) -> list[tuple[str, int]]:
        """League codes and how many questions were about them, the most first."""
        questions: Counter[str] = Counter()
        for (of, outcome, league), number in self.batch.outcomes.items():
            if of == layer and league and outcome in ANSWERS:
                questions[league] += number
        return sorted(questions.items(), key=lambda item: (-item[1], item[0]))

    def times(self, layer: Layer, *outcomes: Outcome) -> Counter[int]:
        """The histogram of these outcomes' times, by bucket; of all answers unless any are named."""
        times: Counter[int] = Counter()
        for (of, outcome, bucket), number in self.batch.times.items():
            if of == layer and outcome in (outcomes or ANSWERS):
                times[bucket] += number
        return times


def read(minutes: int, now: float) -> Counts:
    """What was counted in the last `minutes`, the one of `now` (seconds since 1970) included.

    Raises redis.RedisError. Redis counts each minute as a look-up in its own hit rate.
    """
    batch = Batch()
    for found in _hashes(range(int(now // 60) - minutes + 1, int(now // 60) + 1)):
        batch.add(fields.batch_of(found))
    return Counts(minutes, batch)


def read_ever(client: Any) -> Batch:
    """All that was counted, since Redis was emptied or nothing was counted for a day. Raises redis.RedisError."""
    found = client.hgetall(caches["predictions"].make_key(keys.counts_ever()))
    return fields.batch_of(found)


def _hashes(minutes: range) -> Iterator[dict[bytes, bytes]]:
    cache: Any = caches["predictions"]
    client = cache.client.get_client(write=True)
    for start in range(0, len(minutes), MINUTES_PER_TRIP):
        with client.pipeline(transaction=False) as pipe:
            for minute in minutes[start : start + MINUTES_PER_TRIP]:
                pipe.hgetall(cache.make_key(keys.counts(minute)))
            for reply in pipe.execute(raise_on_error=False):
                if isinstance(reply, NoPermissionError):
                    raise reply
                # Anything else that is no hash was put there by somebody else.
                if isinstance(reply, dict):
                    yield reply
