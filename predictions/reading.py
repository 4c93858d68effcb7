"""Reads matches with all that an answer tells of them, in one query."""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from functools import cache
from typing import Any, NamedTuple, TypeVar

from django.db import models
from django.db.models import QuerySet
from django.db.models.base import ModelState

from matches.form import with_form
from matches.models import League, Match, Team
from predictions.ml.features import with_ratings

Model = TypeVar("Model", bound=models.Model)

# Neither is told, and to parse the one takes longer than all the rest of a row.
_UNTOLD = {"provenance"}
_TEAM = ("id", "name")


class _Query(NamedTuple):
    """A query and what its columns are, in this order."""

    rows: QuerySet[Match, Any]
    match: tuple[str, ...]
    league: tuple[str, ...]
    annotations: tuple[str, ...]


def read(match_ids: Sequence[int], *, known: Container[int]) -> dict[int, Match]:
    """Those matches that there are; of those in `known` the ratings are not asked for.

    One query; two if some are known and others not. See `matches.form.forms_of` and `features.features_before`.
    """
    without = [pk for pk in match_ids if pk in known]
    others = [pk for pk in match_ids if pk not in known]
    found = [*_matches(_query(rated=False), without)] if without else []
    found += _matches(_query(rated=True), others) if others else []
    return {match.pk: match for match in found}


@cache
def _query(*, rated: bool) -> _Query:
    """Built once, since that takes Django longer than the query takes the database."""
    matches = with_form(Match.objects.order_by())
    matches = with_ratings(matches) if rated else matches
    match, league = (
        tuple(field.attname for field in model._meta.concrete_fields if field.attname not in _UNTOLD)
        for model in (Match, League)
    )
    annotations = tuple(matches.query.annotations)
    columns = [*match, *(f"league__{name}" for name in league)]
    columns += [f"{side}__{name}" for side in ("home_team", "away_team") for name in _TEAM]
    return _Query(matches.values_list(*columns, *annotations), match, league, annotations)


def _matches(query: _Query, match_ids: Sequence[int]) -> Iterator[Match]:
    """As Django would make them of the rows, but each league and team once, and in a fifth of the time."""
    leagues: dict[int, League] = {}
    teams: dict[int, Team] = {}
    league_at = len(query.match)
    home_at = league_at + len(query.league)
    away_at = home_at + len(_TEAM)
    rest_at = away_at + len(_TEAM)
    rows = query.rows.filter(pk__in=match_ids)
    for row in rows:
        match = _made(Match, rows.db, query.match, row[:league_at])
        match._state.fields_cache |= {
            "league": _once(leagues, League, rows.db, query.league, row[league_at:home_at]),
            "home_team": _once(teams, Team, rows.db, _TEAM, row[home_at:away_at]),
            "away_team": _once(teams, Team, rows.db, _TEAM, row[away_at:rest_at]),
        }
        vars(match).update(zip(query.annotations, row[rest_at:], strict=True))
        yield match


def _once(known: dict[int, Model], model: type[Model], db: str, names: Sequence[str], values: Sequence[Any]) -> Model:
    """The row with this id, which comes first."""
    if (one := known.get(values[0])) is None:
        one = known[values[0]] = _made(model, db, names, values)
    return one


def _made(model: type[Model], db: str, names: Sequence[str], values: Sequence[Any]) -> Model:
    """As `Model.from_db`, which goes through all fields and sends two signals that nobody receives."""
    one = model.__new__(model)
    vars(one).update(zip(names, values, strict=True))
    one._state = state = ModelState()
    state.db, state.adding = db, False
    return one
