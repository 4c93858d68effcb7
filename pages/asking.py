"""Asks for predictions on a reader's behalf. What stands in the way is something to tell, and no reason for no page."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.http import HttpRequest

from access.consumer import consumer_of
from predictions import services
from predictions.cache.admission import Overloaded
from predictions.cache.answers import Answer
from predictions.cache.throttle import Throttled, Toll
from predictions.ml.active import NoActiveModel
from predictions.ml.features import NoRatings
from rest.problems import KINDS, Kind

# Seconds after which it is worth asking again for what a person has to put right.
RETRY_AFTER = 30


class Trouble(NamedTuple):
    """Why there are no predictions."""

    kind: Kind
    text: str
    retry_after: int
    """Seconds."""

    @property
    def status(self) -> int:
        """The HTTP status."""
        return KINDS[self.kind][0]


class Told(NamedTuple):
    document: Mapping[str, Any]
    """See predictions.document."""
    answer: Answer


class Asked(NamedTuple):
    told: dict[int, Told]
    """By the match's id; a match that is no longer there is left out."""
    trouble: Trouble | None


def ask(request: HttpRequest, match_ids: Sequence[int], *, now: datetime) -> Asked:
    """The predictions of these matches, all at once. Whoever sends this request pays as for a question to the API."""
    consumer = consumer_of(request)
    try:
        answers = services.predict_many(match_ids, now=now, toll=Toll(consumer.name, consumer.per_minute))
    except Throttled as error:
        text = f"You have looked at much that had to be computed. It goes on in {error.retry_after} s."
        return Asked({}, Trouble("too-many-requests", text, error.retry_after))
    except Overloaded as error:
        text = "More is being asked than can be computed at the moment. Try again in a moment."
        return Asked({}, Trouble("overloaded", text, error.retry_after))
    except NoRatings:
        text = "Some of these matches have no ratings yet, so that nothing can be said of them."
        return Asked({}, Trouble("unavailable", text, RETRY_AFTER))
    except NoActiveModel:
        text = "No model is active at the moment, so that nothing can be said of these matches."
        return Asked({}, Trouble("no-active-model", text, RETRY_AFTER))
    told = {
        match_id: Told(json.loads(answer.entry.body), answer)
        for match_id, answer in answers.items()
        if not answer.entry.is_absence
    }
    return Asked(told, None)
