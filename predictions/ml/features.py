"""What a model knows of a match: one function makes it, for training and for serving.

Features are read from the ratings as they stood before the match's day, by the database's own look-ups: one query, one
moment, however many matches are asked for. Nothing that happened on that day or later can show in them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import islice
from typing import Any, NamedTuple

from django.db.models import OuterRef, QuerySet, Subquery

from matches.models import LeagueSnapshot, Match, TeamSnapshot
from matches.ratings import log_expected_goals

# Match ids in one query.
CHUNK_SIZE = 5000
# Elo points in one unit of `elo_difference`.
ELO_UNIT = 100.0
# To be raised when a feature keeps its name and changes its meaning.
MEANING = 1


class NoRatings(Exception):
    """A match has no ratings to make features of, although every write of a match keeps them."""


class Features(NamedTuple):
    """One match, as the model sees it."""

    elo_difference: float
    """Elo of the home team less that of the away team, in hundreds; the home advantage is not in it."""
    log_goals_home: float
    """Natural logarithm of the goals that the home team is expected to score."""
    log_goals_away: float
    """Natural logarithm of the goals that the away team is expected to score."""

    def to_json(self) -> bytes:
        """An object of numbers, from which `from_json` makes exactly these again."""
        return json.dumps(self._asdict(), separators=(",", ":")).encode()

    @classmethod
    def from_json(cls, text: bytes) -> Features:
        """Raises ValueError or TypeError for what `to_json` of this schema has not made."""
        return cls(**json.loads(text))


FEATURE_NAMES = Features._fields
# What a model was trained on, and what a cached entry of features holds: equal only if names and meaning are.
FEATURE_SCHEMA = hashlib.sha256(json.dumps([MEANING, *FEATURE_NAMES]).encode()).hexdigest()[:8]


def features_of(match_ids: Iterable[int]) -> dict[int, Features]:
    """The features of matches by their ids; an id that no match has is left out. One query per 5,000 ids.

    Raises NoRatings.
    """
    return {pk: features for chunk in _chunks(match_ids) for pk, features in _read(chunk)}


def _read(match_ids: list[int]) -> Iterator[tuple[int, Features]]:
    for pk, *ratings in _ratings_before().filter(pk__in=match_ids):
        if None in ratings:
            raise NoRatings(f"Match {pk} has no ratings before its day. Save it again: that computes them anew.")
        yield pk, _features(*ratings)


@cache
def _ratings_before() -> QuerySet[Match, tuple[Any, ...]]:
    """All matches: the id, then what `_features` takes. Built once, since that takes Django longer than the query."""
    ratings = {
        "home_elo": _team("home_team", "elo"),
        "home_attack": _team("home_team", "attack_home"),
        "home_defence": _team("home_team", "defence_home"),
        "away_elo": _team("away_team", "elo"),
        "away_attack": _team("away_team", "attack_away"),
        "away_defence": _team("away_team", "defence_away"),
        "league_home": _league("log_goals_home"),
        "league_away": _league("log_goals_away"),
    }
    return Match.objects.order_by().annotate(**ratings).values_list("pk", *ratings)


def _features(
    home_elo: float,
    home_attack: float,
    home_defence: float,
    away_elo: float,
    away_attack: float,
    away_defence: float,
    league_home: float,
    league_away: float,
) -> Features:
    log_home, log_away = log_expected_goals(
        league_home,
        league_away,
        attack_home=home_attack,
        defence_home=home_defence,
        attack_away=away_attack,
        defence_away=away_defence,
    )
    return Features((home_elo - away_elo) / ELO_UNIT, log_home, log_away)


def _team(side: str, rating: str) -> Subquery:
    """A rating of the team on one side, from its latest snapshot of that season before the match's day."""
    return _latest(TeamSnapshot.objects.filter(team=OuterRef(side)), rating)


def _league(rating: str) -> Subquery:
    return _latest(LeagueSnapshot.objects.all(), rating)


def _latest(snapshots: QuerySet[TeamSnapshot] | QuerySet[LeagueSnapshot], rating: str) -> Subquery:
    before = snapshots.filter(league=OuterRef("league"), season=OuterRef("season"), day__lt=OuterRef("day"))
    return Subquery(before.order_by("-day").values(rating)[:1])


def _chunks(match_ids: Iterable[int]) -> Iterator[list[int]]:
    rest = iter(match_ids)
    while chunk := list(islice(rest, CHUNK_SIZE)):
        yield chunk
