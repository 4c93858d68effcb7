"""The prediction for a match: the one place where cache and model meet."""

from __future__ import annotations

import json
from datetime import datetime

from django.conf import settings
from redis.exceptions import RedisError

from matches.models import Match
from predictions.cache import entry as entries
from predictions.cache import keys, lifetime, store
from predictions.cache.read_through import Answer, Computed, Source, keep, read_through
from predictions.document import prediction_document
from predictions.ml.active import ActiveModel, active_model
from predictions.ml.features import FEATURE_SCHEMA, Features, features_of

LARGEST_ID = 2**63 - 1


def predict(match_id: int, *, now: datetime) -> Answer:
    """The answer for a match, from the cache if it is there; an absence if there is no such match.

    Raises predictions.ml.active.NoActiveModel. Redis being away is no error: see `Answer.source`.
    """
    model = active_model()
    if match_id > LARGEST_ID:
        # No row can have this id, so there is nothing to remember and nothing to ask.
        return Answer(_absence(now), Source.MISS)
    return read_through(
        match_id=match_id,
        key=keys.prediction(match_id, model.digest),
        model=model.version,
        now=now.timestamp(),
        compute=lambda generation: _compute(match_id, model, generation, now),
    )


def _absence(now: datetime) -> entries.Entry:
    return entries.make(
        generation=entries.NO_GENERATION,
        stored_at=now.timestamp(),
        fresh_until=now.timestamp() + settings.ABSENCE_TTL,
        body=entries.ABSENCE,
    )


def _compute(match_id: int, model: ActiveModel, generation: bytes | None, now: datetime) -> Computed:
    match = Match.objects.with_names().filter(pk=match_id).first()
    features = None if match is None else _features(match, generation, now.timestamp())
    if match is None or features is None:
        return Computed(entries.ABSENCE, fresh_until=now.timestamp() + settings.ABSENCE_TTL)
    [prediction] = model.predict([features])
    ends_at = match.kickoff.timestamp() if match.kickoff > now else None
    return Computed(
        body=json.dumps(
            prediction_document(match, prediction, model, now=now), ensure_ascii=False, separators=(",", ":")
        ).encode(),
        fresh_until=lifetime.fresh_until(now=now.timestamp(), ttl=match.league.cache_ttl, ends_at=ends_at),
        league=match.league.code,
    )


def _features(match: Match, generation: bytes | None, now: float) -> Features | None:
    """The features of a match, cached on their own, since every model that knows the schema shares them.

    None if the match was deleted since it was read.
    """
    key = keys.features(match.pk, FEATURE_SCHEMA)
    if generation is not None:
        try:
            cached = store.look_up(match.pk, key, now=now, generation=generation).entry
        except RedisError:
            generation = None
        else:
            if cached is not None:
                return Features.from_json(cached.body)
    features = features_of([match.pk]).get(match.pk)
    if features is not None and generation is not None:
        entry = entries.make(
            generation=generation,
            stored_at=now,
            fresh_until=now + settings.FEATURES_TTL,
            league=match.league.code,
            body=features.to_json(),
        )
        keep(match.pk, key, entry, now=now)
    return features
