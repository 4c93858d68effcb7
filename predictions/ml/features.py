"""What a model knows of a match: one function makes it, for training and for serving.

Features are read from the ratings as they stood before the match's day, by the database's own look-ups: one query, one
moment, however many matches are asked for. Nothing that happened on that day or later can show in them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import islice
from math import inf, nan
from typing import Any, NamedTuple

from django.db.models import Func, OuterRef, QuerySet, Subquery, TextField
from django.db.models.sql.compiler import SQLCompiler

from matches.models import LeagueSnapshot, Match, TeamSnapshot
from matches.querysets import MatchQuerySet
from matches.ratings import Levels, Ratings, expected_margin, log_expected_goals

# Match ids in one query.
CHUNK_SIZE = 5000
# Elo points in one unit of `elo_difference`.
ELO_UNIT = 100.0
# The share of both teams' recent matches whose shots, or odds, must be known: three matches in a row, or else the
# ratings that learn from them know too little, or what was true long ago.
LEAST_KNOWN = 0.25
# To be raised when a feature keeps its name and changes its meaning.
MEANING = 3


class NoRatings(Exception):
    """A match has no ratings to make features of, although every write of a match keeps them."""


class Features(NamedTuple):
    """One match, as the model sees it. What is not known of it is nan, one group at a time: see FEATURE_GROUPS."""

    elo_difference: float
    """Elo of the home team less that of the away team, in hundreds; the home advantage is not in it."""
    pi_difference: float
    """Goals by which the home team is expected to win, from what each team is worth at its venue."""
    log_goals_home: float
    """Natural logarithm of the goals that the home team is expected to score."""
    log_goals_away: float
    """Natural logarithm of the goals that the away team is expected to score."""
    elo_gap: float
    """The size of `elo_difference`: the further apart two teams are, the fewer draws there are."""
    shots_elo_difference: float
    """As `elo_difference`, of the Elo rating that goes by chances."""
    log_shots_home: float
    """Natural logarithm of the goals that the home team's chances and goals are expected to be worth."""
    log_shots_away: float
    """Natural logarithm of the goals that the away team's chances and goals are expected to be worth."""
    market_log_odds: float
    """The log-odds of home against away that bookmakers' odds of past matches, and how these went, let expect."""
    market_gap: float
    """The size of `market_log_odds`."""

    def to_json(self) -> bytes:
        """An object of numbers, null for nan, from which `from_json` makes exactly these again."""
        if inf in self or -inf in self:
            raise ValueError(f"JSON has no such numbers: {self}")
        return (_JSON % tuple(["null" if value != value else repr(value) for value in self])).encode()

    @classmethod
    def from_json(cls, text: bytes) -> Features:
        """Raises ValueError or TypeError for what `to_json` of this schema has not made."""
        return cls(**{name: nan if value is None else value for name, value in dict(json.loads(text)).items()})


FEATURE_NAMES = Features._fields
_JSON = "{" + ",".join(f'"{name}":%s' for name in FEATURE_NAMES) + "}"
# What is known or not known together, and says one thing. Goals always are known: no match counts without.
FEATURE_GROUPS: dict[str, tuple[str, ...]] = {
    "goals": FEATURE_NAMES[:5],
    "shots": FEATURE_NAMES[5:8],
    "market": FEATURE_NAMES[8:],
}
# By what a match is judged: the first of these of which all is known. Odds have the shots in them already, and how far
# apart two teams are.
FEATURE_SETS: dict[str, tuple[str, ...]] = {
    "market": (*FEATURE_NAMES[:4], *FEATURE_GROUPS["market"]),
    "shots": (*FEATURE_GROUPS["goals"], *FEATURE_GROUPS["shots"]),
    "goals": FEATURE_GROUPS["goals"],
}
# What a model was trained on, and what a cached entry of features holds: equal only if names and meaning are.
FEATURE_SCHEMA = hashlib.sha256(json.dumps([MEANING, *FEATURE_NAMES]).encode()).hexdigest()[:8]


def features_of(match_ids: Iterable[int]) -> dict[int, Features]:
    """The features of matches by their ids; an id that no match has is left out. One query per 5,000 ids.

    Raises NoRatings.
    """
    matches = with_ratings(Match.objects.order_by()).values_list("pk", *_ratings())
    return {
        pk: features for chunk in _chunks(match_ids) for pk, features in _features(list(matches.filter(pk__in=chunk)))
    }


def features_from(home: Ratings, away: Ratings, levels: Levels) -> Features:
    """The features of a match between two teams, from what was known of them and of the league before its day."""
    log_home, log_away = log_expected_goals(
        levels.log_goals_home,
        levels.log_goals_away,
        home_attack=home.attack,
        home_defence=home.defence,
        away_attack=away.attack,
        away_defence=away.defence,
    )
    elo = (home.elo - away.elo) / ELO_UNIT
    shots: tuple[float, float, float] = (nan, nan, nan)
    if min(home.shots_known, away.shots_known) >= LEAST_KNOWN:
        shots = (
            (home.shots_elo - away.shots_elo) / ELO_UNIT,
            *log_expected_goals(
                levels.log_shots_home,
                levels.log_shots_away,
                home_attack=home.shots_attack,
                home_defence=home.shots_defence,
                away_attack=away.shots_attack,
                away_defence=away.shots_defence,
            ),
        )
    market: tuple[float, float] = (nan, nan)
    if min(home.market_known, away.market_known) >= LEAST_KNOWN:
        log_odds = levels.market_home_advantage + home.market - away.market
        market = (log_odds, abs(log_odds))
    margin = expected_margin(home.pi_home, away.pi_away)
    return Features(elo, margin, log_home, log_away, abs(elo), *shots, *market)


def with_ratings(matches: MatchQuerySet) -> MatchQuerySet:
    """The same matches, of which `features_before` can tell the features; no query more, however many they are."""
    return matches.annotate(**_ratings())


def features_before(match: Match) -> Features:
    """The features of a match that comes from `with_ratings`. Raises NoRatings."""
    return features_of_matches([match])[match.pk]


def features_of_matches(matches: Iterable[Match]) -> dict[int, Features]:
    """By their ids, the features of matches that come from `with_ratings`. Raises NoRatings."""
    names = tuple(_ratings())
    return dict(_features([(match.pk, *(getattr(match, name) for name in names)) for match in matches]))


def _features(rows: Sequence[tuple[Any, ...]]) -> Iterator[tuple[int, Features]]:
    """From the ids of matches and what `_ratings` tells of them. All numbers are parsed in one go, which is faster."""
    for pk, *ratings in rows:
        if None in ratings:
            raise NoRatings(f"Match {pk} has no ratings before its day. Compute them anew: manage.py replay_ratings.")
    numbers = iter(json.loads(f"[{','.join(f'[{told}]' for _, *ratings in rows for told in ratings)}]"))
    for (pk, *_), home, away, levels in zip(rows, numbers, numbers, numbers, strict=True):
        yield pk, features_from(Ratings._make(home), Ratings._make(away), Levels._make(levels))


@cache
def _ratings() -> dict[str, Subquery]:
    """The ratings of both teams and the league's levels, None where there are none. Each is one look-up in an index."""
    teams = TeamSnapshot.objects.all()
    return {
        "home_ratings": _latest(teams.filter(team=OuterRef("home_team")), Ratings._fields),
        "away_ratings": _latest(teams.filter(team=OuterRef("away_team")), Ratings._fields),
        "levels": _latest(LeagueSnapshot.objects.all(), Levels._fields),
    }


def _latest(snapshots: QuerySet[TeamSnapshot] | QuerySet[LeagueSnapshot], names: tuple[str, ...]) -> Subquery:
    """These columns of the latest of `snapshots` of the match's season before its day: one look-up for all of them."""
    before = snapshots.filter(league=OuterRef("league"), season=OuterRef("season"), day__lt=OuterRef("day"))
    return Subquery(before.order_by("-day").values(row=_Numbers(*names))[:1])


class _Numbers(Func):
    """Columns of numbers as one text, with commas between them, to the last bit."""

    output_field = TextField()

    def as_postgresql(self, compiler: SQLCompiler, connection: Any, **context: Any) -> tuple[str, Any]:
        return self.as_sql(compiler, connection, template="CONCAT_WS(',', %(expressions)s)", **context)

    def as_sqlite(self, compiler: SQLCompiler, connection: Any, **context: Any) -> tuple[str, Any]:
        # Left to itself SQLite rounds to 15 digits; 17 are needed to tell all numbers apart.
        # The percent sign is doubled for Django's template, and again for the parameters of the query.
        digits = ",".join(["%%%%!.17g"] * len(self.get_source_expressions()))
        return self.as_sql(compiler, connection, template=f"printf('{digits}', %(expressions)s)", **context)


def _chunks(match_ids: Iterable[int]) -> Iterator[list[int]]:
    rest = iter(match_ids)
    while chunk := list(islice(rest, CHUNK_SIZE)):
        yield chunk
