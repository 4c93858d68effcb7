"""How much each consumer may have computed a minute: what costs is charged, what is cached is free.

The generic cell rate algorithm (ITU-T I.371, annex A): for each consumer Redis keeps one moment, until which all that
was charged is paid off at the consumer's rate. So no process has a say of its own, and nothing is left of who rests.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from math import ceil
from typing import Any

from django.core.cache import caches
from redis import Redis
from redis.exceptions import RedisError

from predictions.cache import keys, scripts
from predictions.cache.admission import Overloaded
from predictions.cache.gate import gate

_MICROSECONDS = 1_000_000
_MINUTE = 60 * _MICROSECONDS


@dataclass(frozen=True, slots=True)
class Toll:
    """Who pays, and how much a minute: that many units at once by who has rested for a minute, and no more later on
    than come with the time.

    What costs more than a minute's worth passes too, but only once nothing is owed; then the consumer owes it.
    """

    name: str
    per_minute: int

    def __post_init__(self) -> None:
        if self.per_minute < 1:
            raise ValueError(f"A toll lets at least 1 a minute pass, not {self.per_minute}.")


class Throttled(Overloaded):
    """This consumer has had computed what it may. Nobody else has to do with it."""

    def __init__(self, toll: Toll, microseconds: int) -> None:
        super().__init__(f"No more than {toll.per_minute} predictions a minute are computed for you.")
        self.retry_after = max(1, ceil(microseconds / _MICROSECONDS))
        """Seconds after which the same would pass."""


def charge(toll: Toll, units: int, *, now: float | None = None) -> None:
    """Charge `units`; fewer than none are given back. One round trip. Raises Throttled, having charged nothing.

    Where Redis is away, or refuses to write, nobody is charged. `now` in seconds since 1970.
    """
    wait = None
    with suppress(RedisError), gate.passing():
        [wait] = scripts.run(_client(), [_call(toll, units, time.time() if now is None else now)])
    if isinstance(wait, int) and wait:
        raise Throttled(toll, wait)


class Fare:
    """What one caller pays for what it leads: the most that this can be is charged along with the claims, in the same
    round trip; the difference once it is known what the caller got, which is hardly ever another.
    """

    def __init__(self, toll: Toll | None, units: int) -> None:
        """`units`: the most that it can be. Without a toll everything is free."""
        self._toll = toll
        self._most = units
        self._asked = False
        self._paid = 0
        self._wait = 0

    def calls(self, now: float) -> list[scripts.Call]:
        """What to send along with the claims: the charge, the first time."""
        if self._toll is None or self._asked:
            return []
        self._asked = True
        return [_call(self._toll, self._most, now)]

    def take(self, results: Sequence[Any]) -> None:
        """What came of the calls. Where nothing can be charged, all is free."""
        for result in results:
            if isinstance(result, int):
                self._wait, self._paid = result, 0 if result else self._most
            else:
                self._toll = None

    def settle(self, units: int, *, now: float) -> None:
        """Have paid for so many since the last time, no more and no less. Raises Throttled, having paid nothing."""
        if self._toll is None:
            return
        if units >= self._most:
            self.check()
        due, self._paid, self._wait = units - self._paid, 0, 0
        if due:
            charge(self._toll, due, now=now)

    def check(self) -> None:
        """Raise Throttled if the most that it can be was refused."""
        if self._toll is not None and self._wait:
            raise Throttled(self._toll, self._wait)


def _call(toll: Toll, units: int, now: float) -> scripts.Call:
    cache: Any = caches["predictions"]
    each = _MINUTE / toll.per_minute
    arguments = (round(now * _MICROSECONDS), repr(each), _MINUTE, units)
    return scripts.Call(scripts.CHARGE, [cache.make_key(keys.toll(toll.name))], arguments)


def _client() -> Redis:
    cache: Any = caches["predictions"]
    client: Redis = cache.client.get_client(write=True)
    return client
