"""The schedules of the interleavings, and the points that they name."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from redis.exceptions import RedisError

from predictions.cache import admission, read_through, scripts
from predictions.cache.flights import Flights
from tests.integration.interleavings.football import Football
from tests.integration.points import Wanted, call, database, redis
from tests.integration.schedule import Schedule


@contextmanager
def scheduled(football: Football) -> Iterator[Schedule]:
    """Actors stop before every command to Redis, query and commit, and before every step of a flight.

    Redis knows all scripts, so that each is sent once.
    """
    with football.redis.client as client:
        for script in (scripts.CLAIM, scripts.FILL, scripts.RELEASE, scripts.MINT, scripts.CHARGE):
            client.script_load(script.source)
    with Schedule() as schedule:
        schedule.pause_at(Flights)
        schedule.pause_at(admission, "waiting")
        schedule.pause_at(read_through, "waiting")
        try:
            yield schedule
        except BaseException:
            # Nobody is to wait for the lease of one that stands somewhere.
            with suppress(RedisError), football.redis.client as client:
                client.flushall()
            raise


def claiming() -> Wanted:
    """About to take a lease and a generation."""
    return redis("EVALSHA", containing=scripts.CLAIM.sha)


def filling() -> Wanted:
    """Everything is read and computed."""
    return redis("EVALSHA", containing=scripts.FILL.sha)


def reading_features() -> Wanted:
    """The last that a computation reads, unless they are cached."""
    return database("SELECT", containing="matches_teamsnapshot")


def reading_matches() -> Wanted:
    """The first that a computation reads."""
    return database("SELECT", containing="matches_match")


def landing() -> Wanted:
    """The leader knows what came of it, and its followers do not yet."""
    return call("Flights.land")


def following() -> Wanted:
    """About to wait for whoever leads the flight it is on."""
    return call("read_through.waiting")


def asks_for_the_model() -> Wanted:
    """Which model is active: all readers of the process wait meanwhile."""
    return database("SELECT", containing="predictions_trainedmodel")
