"""Makes predictions: from the matches and what is known of them, by one model, all in one go."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from time import monotonic

from django.conf import settings
from django.db import Error as DatabaseError
from redis.exceptions import RedisError

from matches.models import Match
from predictions.cache import keys, store
from predictions.cache.answers import Computed, Part
from predictions.cache.background import background
from predictions.cache.counting import Layer, Outcome, count
from predictions.cache.entry import ABSENCE
from predictions.cache.gate import gate
from predictions.cache.invalidation import purge
from predictions.cache.lifetime import Turns, lifetime, spread_of
from predictions.cache.read_through import count_unbelievable
from predictions.cache.store import Place
from predictions.document import prediction_document
from predictions.ml.active import ActiveModel
from predictions.ml.estimator import Prediction
from predictions.ml.features import FEATURE_SCHEMA, Features, features_of
from predictions.models import PublishedPrediction
from predictions.published import Publication, frozen, publish

# How often to try to write down what was said.
TRIES = 5

_turns = Turns()


@dataclass(frozen=True, slots=True)
class Computation:
    """What the cache is given to call, see predictions.cache.answers.Compute."""

    model: ActiveModel
    publishes: bool = True
    """Whether what is said before kickoff is written down, to be the answer afterwards."""

    def __call__(
        self, match_ids: Sequence[int], *, held: Mapping[int, bytes] | None, now: float
    ) -> dict[int, Computed]:
        """One answer per match, an absence where there is none. Two queries, and one more if a match has begun."""
        moment = datetime.fromtimestamp(now, UTC)
        matches = {match.pk: match for match in Match.objects.with_names().filter(pk__in=match_ids)}
        begun = [match.pk for match in matches.values() if match.kickoff <= moment]
        rows = frozen(begun, now=moment) if begun else {}
        wanted = [pk for pk in matches if pk not in rows]
        cached = _cached_features(wanted, held, now)
        read = features_of([pk for pk in wanted if pk not in cached])
        features = cached | read
        new = [
            Publication(pk, prediction, self.model.version, self.model.trained_at, moment)
            for pk, prediction in zip(features, self.model.predict(list(features.values())), strict=True)
        ]
        computed = dict.fromkeys(match_ids, absence(now))
        for said in (*map(_as_published, rows.values()), *new):
            pk, match = said.match_id, matches[said.match_id]
            spread = spread_of(_turns.next(match.league.code))
            parts = [_part(pk, read[pk], now, spread)] if pk in read else []
            computed[pk] = _computed(match, said, parts, now, spread)
        if self.publishes:
            kickoffs = {pk: match.kickoff for pk, match in matches.items()}
            _publish([said for said in new if said.made_at < kickoffs[said.match_id]], kickoffs)
        return computed


def absence(now: float) -> Computed:
    """The answer for a match that does not exist."""
    return Computed(ABSENCE, lifetime(now=now, ttl=settings.ABSENCE_TTL, grace=0.0, ends_at=None, spread=0.0))


def _cached_features(match_ids: Sequence[int], held: Mapping[int, bytes] | None, now: float) -> dict[int, Features]:
    """The features of these matches as far as they are cached, on their own, for all models that know the schema."""
    if not match_ids or held is None:
        return {}
    places = [(Place(pk, _features_key(pk)), held[pk]) for pk in match_ids]
    try:
        with gate.passing(Layer.FEATURES):
            lookups = store.look_up_under(places, now=now)
    except RedisError:
        return {}
    cached = {}
    for pk, lookup in zip(match_ids, lookups, strict=True):
        if lookup.entry is None:
            count_unbelievable(Layer.FEATURES, lookup)
            count(Layer.FEATURES, Outcome.MISS)
        else:
            cached[pk] = Features.from_json(lookup.entry.body)
            count(Layer.FEATURES, Outcome.HIT, lookup.entry.league)
    return cached


def _features_key(match_id: int) -> str:
    return keys.features(match_id, FEATURE_SCHEMA)


def _part(match_id: int, features: Features, now: float, spread: float) -> Part:
    lives = lifetime(now=now, ttl=settings.FEATURES_TTL, grace=0.0, ends_at=None, spread=spread)
    return Part(_features_key(match_id), features.to_json(), lives)


def _computed(match: Match, said: Publication, parts: Sequence[Part], now: float, spread: float) -> Computed:
    league, kickoff = match.league, match.kickoff.timestamp()
    document = prediction_document(match, said, now=datetime.fromtimestamp(now, UTC))
    return Computed(
        body=json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode(),
        lifetime=lifetime(
            now=now,
            ttl=league.cache_ttl,
            grace=settings.STALE_GRACE,
            ends_at=kickoff if now < kickoff else None,
            spread=spread,
        ),
        league=league.code,
        parts=parts,
    )


def _as_published(row: PublishedPrediction) -> Publication:
    prediction = Prediction(row.home, row.draw, row.away, row.expected_goals_home, row.expected_goals_away)
    return Publication(row.match_id, prediction, row.model_version, row.trained_at, row.made_at)


def _publish(publications: Sequence[Publication], kickoffs: Mapping[int, datetime]) -> None:
    """In the background: no reader waits for the database to write."""
    begun = monotonic()

    def write(tries: int = TRIES) -> None:
        try:
            publish(publications)
        except DatabaseError:
            # Most are over in a moment. After kickoff nothing else tells what was said before.
            if tries > 1:
                background.submit(object(), partial(write, tries - 1))
            raise
        # Whoever asked after kickoff and before this was written has been told otherwise.
        waited = timedelta(seconds=monotonic() - begun)
        if late := [said.match_id for said in publications if kickoffs[said.match_id] <= said.made_at + waited]:
            purge(late)

    if publications:
        background.submit(object(), write)
