"""How many entries of which kind there are: a walk over the keys, for an operator's command and nothing else."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any, cast

from redis import Redis
from redis.exceptions import NoPermissionError, RedisError

from predictions.cache import keys
from predictions.cache.entry import says_absence
from predictions.cache.seal import SEAL_SIZE

KINDS = ("prediction", "features", "absence", "generation", "lease", "counts", "toll", "other")
_BY_PREFIX = {
    keys.PREDICTION: "prediction",
    keys.FEATURES: "features",
    keys.GENERATION: "generation",
    keys.LEASE: "lease",
    keys.COUNTS: "counts",
    keys.TOLL: "toll",
}

KEYS_PER_STEP = 1000
"""How many keys one SCAN looks at, so that Redis serves others in between."""


@dataclass(frozen=True, slots=True)
class Census:
    counts: dict[str, int]
    """Every kind of KINDS. Absences are among the predictions unless `absences_known`."""
    examined: int
    complete: bool
    """Whether the walk saw every key of the Redis database."""
    absences_known: bool


def take(client: Redis, *, prefix: str, most: int) -> Census:
    """Look at about `most` keys; those that do not begin with `prefix` are others'. Raises redis.RedisError.

    An absence has a prediction's key, so the start of each of those is read. Redis counts that as a hit.
    """
    seen: set[bytes] = set()
    counts: Counter[str] = Counter(dict.fromkeys(KINDS, 0))
    absences_known = True
    cursor = 0
    while True:
        cursor, found = client.scan(cursor, count=min(KEYS_PER_STEP, most))
        # SCAN may return a key twice while Redis resizes its table.
        new = [key for key in dict.fromkeys(cast("list[bytes]", found)) if key not in seen]
        seen.update(new)
        kinds = {key: _kind(key, prefix.encode()) for key in new}
        predictions = [key for key, kind in kinds.items() if kind == "prediction"]
        for key, start in zip(predictions, _starts(client, predictions), strict=True):
            if isinstance(start, NoPermissionError):
                absences_known = False
            elif isinstance(start, RedisError):
                kinds[key] = "other"
            elif says_absence(start):
                kinds[key] = "absence"
        counts.update(kinds.values())
        if cursor == 0 or len(seen) >= most:
            return Census(dict(counts), len(seen), cursor == 0, absences_known)


def _kind(key: bytes, prefix: bytes) -> str:
    if not key.startswith(prefix):
        return "other"
    first, *_ = key[len(prefix) :].split(b":", 1)
    return _BY_PREFIX.get(first.decode(errors="replace"), "other")


def _starts(client: Redis, of: list[bytes]) -> list[Any]:
    """The first bytes behind the seal of each value, or the error that Redis gave instead."""
    with client.pipeline(transaction=False) as pipe:
        for key in of:
            pipe.getrange(key, SEAL_SIZE, SEAL_SIZE + 4)
        return pipe.execute(raise_on_error=False)
