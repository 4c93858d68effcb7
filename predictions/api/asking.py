"""Asks for predictions on behalf of a request: at its consumer's expense, and with problems for what goes wrong."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager

from django.utils import timezone
from rest_framework.request import Request

from access.consumer import consumer_of
from predictions import services
from predictions.cache.admission import Overloaded
from predictions.cache.answers import Answer
from predictions.cache.throttle import Throttled, Toll
from predictions.ml.active import NoActiveModel
from predictions.ml.features import NoRatings
from rest.problems import Problem

# Seconds after which it is worth asking again for what a person has to put right.
RETRY_AFTER = 30


def predict_many(request: Request, match_ids: Collection[int]) -> dict[int, Answer]:
    """The answer for each match, as `services.predict_many`. Raises Problem (429, 503)."""
    with problems():
        return services.predict_many(match_ids, now=timezone.now(), toll=_toll(request))


def charge(request: Request, units: int) -> None:
    """Have the request's consumer pay for what costs as much as computing so many. Raises Problem (429)."""
    with problems():
        services.charge(_toll(request), units)


@contextmanager
def problems() -> Iterator[None]:
    """What can keep a prediction from being made becomes a Problem (429, 503)."""
    try:
        yield
    except Throttled as error:
        raise Problem("too-many-requests", str(error), retry_after=error.retry_after) from error
    except Overloaded as error:
        raise Problem("overloaded", str(error), retry_after=error.retry_after) from error
    except NoRatings as error:
        raise Problem("unavailable", str(error), retry_after=RETRY_AFTER) from error
    except NoActiveModel as error:
        raise Problem("no-active-model", str(error), retry_after=RETRY_AFTER) from error


def _toll(request: Request) -> Toll:
    consumer = consumer_of(request)
    return Toll(consumer.name, consumer.per_minute)
