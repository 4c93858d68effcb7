"""How many callers of this process may compute at once, and how many may wait.

Fewer may wait than there are threads, so that some are always left to serve what is cached. Nobody waits holding a
database connection.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache

from django.conf import settings
from django.db import connections

from predictions.cache.limits import Full, Limit

RETRY_AFTER = 1
SECONDS_FOR_A_PLACE = 0.1


class Overloaded(Exception):
    """Too many compute or wait already, or it took too long."""

    retry_after = RETRY_AFTER
    """Seconds after which it is worth asking again."""


def computations() -> Limit:
    """Those of this process."""
    return _limit("computations", settings.MOST_COMPUTATIONS)


def waiters() -> Limit:
    """Those of this process."""
    return _limit("waiters", settings.MOST_WAITERS)


@contextmanager
def computing(*, patience: float) -> Iterator[None]:
    """Hold one of the places for who computes, waited for `patience` seconds at the most. Raises Overloaded."""
    with ExitStack() as held:
        try:
            held.enter_context(computations().held(0))
        except Full:
            if patience <= 0:
                raise Overloaded("Too many predictions are being computed.") from None
            with waiting():
                try:
                    held.enter_context(computations().held(patience))
                except Full:
                    raise Overloaded("Too many predictions are being computed.") from None
        yield


@contextmanager
def waiting() -> Iterator[None]:
    """Hold one of the places for who waits. Raises Overloaded if there is none for a moment.

    Most computations take less than that moment, so that a rush is not turned away; threads are not held up for long.
    """
    _let_go_of_the_database()
    with ExitStack() as held:
        try:
            held.enter_context(waiters().held(SECONDS_FOR_A_PLACE))
        except Full:
            raise Overloaded("Too many wait for a prediction already.") from None
        yield


def _let_go_of_the_database() -> None:
    for connection in connections.all(initialized_only=True):
        if not connection.in_atomic_block:
            connection.close()


@cache
def _limit(name: str, most: int) -> Limit:
    return Limit(most)
