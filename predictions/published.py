"""Predictions made before kickoff, kept in the database: after kickoff they are the answer."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from django.db import connection

from matches.models import Match
from predictions.ml.said import Said
from predictions.models.published import PublishedPrediction

ROWS_PER_STATEMENT = 1000
"""SQLite takes at most 32,766 parameters, of which each row needs thirteen."""

_KEY = ("match_id", "model_version")
_TEAMS = ("home_team_id", "away_team_id")
_MADE_AT = "made_at"
_OPTIONAL = ("with_market_home", "with_market_draw", "with_market_away")
_COLUMNS = (*_KEY, *_TEAMS, _MADE_AT, "trained_at", "home", "draw", "away", *_OPTIONAL, "said")
_FIELDS = {field.attname: field for field in PublishedPrediction._meta.concrete_fields}


@dataclass(frozen=True, slots=True)
class Publication:
    """A prediction that somebody was given."""

    match_id: int
    home_team_id: int
    """As the match was when it was predicted: its teams may be others by now."""
    away_team_id: int
    said: Mapping[str, Any]
    """Ready for JSON. `probabilities` are needed, and `with_market` may hold others."""
    model_version: str
    trained_at: datetime
    made_at: datetime

    @property
    def key(self) -> tuple[int, int, int, str]:
        """Of those that have the same only the last counts."""
        return self.match_id, self.home_team_id, self.away_team_id, self.model_version


def publish(publications: Iterable[Publication]) -> None:
    """Keep these predictions, each in the place of an older one of its match and model. One statement for a thousand.

    One of teams that are no longer the match's counts as older, whenever it was made. Passes over those of such teams,
    those made after kickoff, and matches that are gone or just being deleted. Raises django.db.IntegrityError for what
    is no prediction, as when probabilities don't sum to 1, and DataError for what is no JSON.
    """
    newest: dict[tuple[int, int, int, str], Publication] = {}
    for publication in publications:
        known = newest.get(publication.key)
        if known is None or known.made_at < publication.made_at:
            newest[publication.key] = publication
    rows = iter(newest.values())
    while chunk := list(islice(rows, ROWS_PER_STATEMENT)):
        _upsert(chunk)


def frozen(match_ids: Collection[int], *, now: datetime) -> dict[int, Publication]:
    """What was said last before kickoff of those matches that have kicked off by `now`, where anything was. One query.

    Whichever model said it.
    """
    if not match_ids:
        return {}
    rows = PublishedPrediction.objects.last_said().filter(match__in=match_ids, match__kickoff__lte=now)
    return {
        row.match_id: Publication(
            row.match_id,
            row.home_team_id,
            row.away_team_id,
            row.said,
            row.model_version,
            row.trained_at,
            row.made_at,
        )
        for row in rows.order_by()
    }


def _upsert(publications: Collection[Publication]) -> None:
    """One statement, which Django's `bulk_create` can't say: it has no condition for what is there already.

    Always in the order of the ids, so that two who write the same rows wait for each other instead of deadlocking. On
    PostgreSQL a match may be deleted at the same time, or be given other teams: a lock on it, which lets results and
    the like pass, keeps it and them until this is committed; one that is just being deleted, or given others, is passed
    over rather than waited for. So what is new is of the match's teams, and at most one row of a match and model is.
    """
    published, match = PublishedPrediction._meta.db_table, Match._meta.db_table
    row = f"({', '.join(['%s'] * len(_COLUMNS))})"
    new = {name: f"new.column{number}" for number, name in enumerate(_COLUMNS, start=1)}
    # A column that is null in every row would count as text.
    selected = new | {name: f"CAST({new[name]} AS double precision)" for name in _OPTIONAL}
    # Names of tables and columns only: values are parameters.
    sql = f"""
        INSERT INTO {published} ({", ".join(_COLUMNS)})
        SELECT {", ".join(selected.values())}
        FROM (VALUES {", ".join([row] * len(publications))}) AS new
        JOIN {match} ON {match}.id = {new["match_id"]}
        WHERE {new[_MADE_AT]} < {match}.kickoff
        {" ".join(f"AND {new[name]} = {match}.{name}" for name in _TEAMS)}
        ORDER BY {match}.id, {new["model_version"]}
        {f"FOR KEY SHARE OF {match} SKIP LOCKED" if connection.vendor == "postgresql" else ""}
        ON CONFLICT ({", ".join(_KEY)})
        DO UPDATE SET {", ".join(f"{name} = excluded.{name}" for name in _COLUMNS if name not in _KEY)}
        WHERE {published}.{_MADE_AT} < excluded.{_MADE_AT}
        {" ".join(f"OR {published}.{name} <> excluded.{name}" for name in _TEAMS)}
    """  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(sql, [value for publication in publications for value in _values(publication)])


def _values(publication: Publication) -> list[Any]:
    """In the order of the columns, as the database takes them."""
    said = publication.said
    values: dict[str, Any] = {
        "match_id": publication.match_id,
        "home_team_id": publication.home_team_id,
        "away_team_id": publication.away_team_id,
        "model_version": publication.model_version,
        "made_at": publication.made_at,
        "trained_at": publication.trained_at,
        **said["probabilities"],
        **dict.fromkeys(_OPTIONAL),
    }
    if with_market := said.get("with_market"):
        values |= {f"with_market_{outcome}": value for outcome, value in with_market["probabilities"].items()}
    values = {name: _FIELDS[name].get_db_prep_save(value, connection) for name, value in values.items()}
    # What a model has just said is JSON already.
    values["said"] = said.text if isinstance(said, Said) else _FIELDS["said"].get_db_prep_save(said, connection)
    return [values[name] for name in _COLUMNS]
