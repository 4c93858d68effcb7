"""Makes predictions: from the matches and what is known of them, by one model, all in one go."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from django.conf import settings
from redis.exceptions import RedisError

from matches.form import forms_of
from matches.models import Match
from predictions.cache import keys, store
from predictions.cache.answers import Computed, Part
from predictions.cache.counting import Layer, Outcome, count
from predictions.cache.entry import ABSENCE
from predictions.cache.gate import gate
from predictions.cache.lifetime import Turns, lifetime, spread_of
from predictions.cache.read_through import count_unbelievable
from predictions.cache.store import Place
from predictions.document import prediction_document
from predictions.ml.active import ActiveModel
from predictions.ml.features import FEATURE_SCHEMA, Features, features_of_matches
from predictions.ml.own_odds import OwnOdds
from predictions.published import Publication, frozen
from predictions.publishing import publisher
from predictions.reading import read

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
        """One answer per match, an absence where there is none.

        Two queries, one more if a match has begun, and one more if the features of some are cached and of others not.
        """
        moment = datetime.fromtimestamp(now, UTC)
        asked = _cached_features(match_ids, held, now)
        cached = asked or {}
        matches = read(match_ids, known=cached)
        begun = [match.pk for match in matches.values() if match.kickoff <= moment]
        rows = frozen(begun, now=moment) if begun else {}
        open_ones = [match for pk, match in matches.items() if pk not in rows]
        made = features_of_matches([match for match in open_ones if match.pk not in cached])
        features = {match.pk: cached.get(match.pk) or made[match.pk] for match in open_ones}
        if asked is not None:
            _count_features(open_ones, asked)
        new = self._say(open_ones, features, moment)
        forms = forms_of(list(matches.values()))
        computed = dict.fromkeys(match_ids, absence(now))
        for said in (*rows.values(), *new):
            pk, match = said.match_id, matches[said.match_id]
            spread = spread_of(_turns.next(match.league.code))
            parts = [_part(pk, made[pk], now, spread)] if pk in made else []
            body = prediction_document(match, said, forms[pk], now=moment, learnt=self.model.learnt)
            computed[pk] = _computed(match, body, parts, now, spread)
        if self.publishes:
            publisher.submit((said, matches[said.match_id].kickoff) for said in new if _counts(said, matches))
        return computed

    def _say(self, matches: Sequence[Match], features: Mapping[int, Features], moment: datetime) -> list[Publication]:
        model = self.model
        predictions = model.predict([features[match.pk] for match in matches], [_own_odds(match) for match in matches])
        return [
            Publication(
                match.pk,
                match.home_team_id,
                match.away_team_id,
                prediction.said,
                model.version,
                model.trained_at,
                moment,
            )
            for match, prediction in zip(matches, predictions, strict=True)
        ]


def absence(now: float) -> Computed:
    """The answer for a match that does not exist."""
    return Computed(ABSENCE, lifetime(now=now, ttl=settings.ABSENCE_TTL, grace=0.0, ends_at=None, spread=0.0))


def _cached_features(
    match_ids: Sequence[int], held: Mapping[int, bytes] | None, now: float
) -> dict[int, Features] | None:
    """The features of these matches as far as they are cached, on their own, for all models that know the schema.

    None if the cache can't be asked, or is not to be.
    """
    if held is None:
        return None
    places = [(Place(pk, _features_key(pk)), held[pk]) for pk in match_ids]
    try:
        with gate.passing(Layer.FEATURES):
            lookups = store.look_up_under(places, now=now)
    except RedisError:
        return None
    for lookup in lookups:
        count_unbelievable(Layer.FEATURES, lookup)
    return {
        pk: Features.from_json(lookup.entry.body)
        for pk, lookup in zip(match_ids, lookups, strict=True)
        if lookup.entry is not None
    }


def _count_features(matches: Iterable[Match], cached: Container[int]) -> None:
    outcomes = Counter((Outcome.HIT if match.pk in cached else Outcome.MISS, match.league.code) for match in matches)
    for (outcome, league), number in outcomes.items():
        count(Layer.FEATURES, outcome, league, n=number)


def _counts(said: Publication, matches: Mapping[int, Match]) -> bool:
    """Whether it foretells anything. A result may have been entered before its kickoff, or the kickoff be wrong."""
    match = matches[said.match_id]
    return said.made_at < match.kickoff and match.status not in Match.WITH_SCORE


def _own_odds(match: Match) -> OwnOdds | None:
    return OwnOdds.of(match.closing_odds_home, match.closing_odds_draw, match.closing_odds_away)


def _features_key(match_id: int) -> str:
    return keys.features(match_id, FEATURE_SCHEMA)


def _part(match_id: int, features: Features, now: float, spread: float) -> Part:
    lives = lifetime(now=now, ttl=settings.FEATURES_TTL, grace=0.0, ends_at=None, spread=spread)
    return Part(_features_key(match_id), features.to_json(), lives)


def _computed(match: Match, body: bytes, parts: Sequence[Part], now: float, spread: float) -> Computed:
    league, kickoff = match.league, match.kickoff.timestamp()
    return Computed(
        body=body,
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
