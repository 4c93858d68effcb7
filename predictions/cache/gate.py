"""Whether this process may read from Redis: not while it is away, and not while a purge is owed to it."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from django.conf import settings
from redis import exceptions as redis_errors

from predictions.cache.breaker import Breaker, State
from predictions.cache.counting import Layer, Outcome, count

logger = logging.getLogger(__name__)


def is_outage(error: BaseException) -> bool:
    """Whether Redis is of no use to anybody: unreachable, hung, still loading, or closed to us.

    Not when it answered with a refusal (full, read-only, a command forbidden), nor when what failed was on our side,
    such as our own pool of connections being used up.
    """
    if isinstance(error, redis_errors.MaxConnectionsError):
        return False
    return isinstance(error, redis_errors.ConnectionError | redis_errors.TimeoutError | redis_errors.InvalidResponse)


class GateClosed(redis_errors.ConnectionError):
    """Redis is not asked, since it is away or can't be believed."""


class Gate:
    """A breaker, made from the settings when it is first needed, and the word of whoever purges."""

    def __init__(self) -> None:
        self._lock = Lock()
        self.reset()

    def reset(self) -> None:
        """As in a process that has not called Redis yet."""
        self._breaker: Breaker | None = None
        self._owed = False

    @property
    def state(self) -> State:
        """That of the breaker."""
        return self._get_breaker().state

    @property
    def owed(self) -> bool:
        """Whether Redis may still hold what a change has made untrue."""
        return self._owed

    def allows(self) -> bool:
        """Whether to read from Redis. If so, report by `guard`: while Redis is away the others wait for it."""
        return not self._owed and self._get_breaker().allows()

    def owe(self, owed: bool) -> None:
        """Suspend reads while a purge is owed, since what is in Redis can't be believed until then."""
        with self._lock:
            changed, self._owed = owed != self._owed, owed
        if changed:
            logger.warning("%s", "A purge is owed: Redis is not read." if owed else "No purge is owed: Redis is read.")

    @contextmanager
    def passing(self, layer: Layer = Layer.PREDICTION) -> Iterator[None]:
        """Around a read or a fill, which is not made while the gate is closed. Counts and logs what goes wrong.

        Raises GateClosed, and what the call raises.
        """
        if not self.allows():
            raise GateClosed("The gate is closed.")
        try:
            with self.guard():
                yield
        except redis_errors.RedisError as error:
            count(layer, Outcome.ERROR)
            # Its name alone: the message may quote the command, raw bytes and all.
            logger.warning("Redis failed or refused: %s", type(error).__name__)
            raise

    @contextmanager
    def guard(self) -> Iterator[None]:
        """Around a call of Redis: tells the breaker how it went. Raises what the call raises.

        Also for calls that are made whatever the gate says. A refusal is an answer, so for the breaker Redis is well.
        """
        breaker = self._get_breaker()
        era = breaker.era
        try:
            yield
        except redis_errors.RedisError as error:
            if is_outage(error):
                breaker.failed(era)
            elif isinstance(error, redis_errors.ResponseError):
                breaker.succeeded(era)
            raise
        breaker.succeeded(era)

    def _get_breaker(self) -> Breaker:
        if (breaker := self._breaker) is None:
            with self._lock:
                if (breaker := self._breaker) is None:
                    breaker = Breaker(failures=settings.BREAKER_FAILURES, seconds=settings.BREAKER_SECONDS)
                    self._breaker = breaker
        return breaker


gate = Gate()
"""This process's."""
