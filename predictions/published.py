"""Predictions made before kickoff, kept in the database: after kickoff they are the answer."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from django.db import connection
from django.db.models import F

from matches.models import Match
from predictions.ml.estimator import Prediction
from predictions.models.published import PublishedPrediction

ROWS_PER_STATEMENT = 1000
"""SQLite takes at most 32,766 parameters, of which each row needs nine."""

_COLUMNS = (
    "match_id",
    "model_version",
    "trained_at",
    "home",
    "draw",
    "away",
    "expected_goals_home",
    "expected_goals_away",
    "made_at",
)
_FIELDS = {field.attname: field for field in PublishedPrediction._meta.concrete_fields}


@dataclass(frozen=True, slots=True)
class Publication:
    """A prediction that somebody was given."""

    match_id: int
    prediction: Prediction
    model_version: str
    trained_at: datetime
    made_at: datetime


def publish(publications: Iterable[Publication]) -> None:
    """Keep these predictions, each in the place of an older one of its match. One statement for a thousand.

    Passes over those made after kickoff, and over matches that are gone or just being deleted. Raises
    django.db.IntegrityError for what is no prediction, as when probabilities don't sum to 1.
    """
    newest: dict[int, Publication] = {}
    for publication in publications:
        known = newest.get(publication.match_id)
        if known is None or known.made_at < publication.made_at:
            newest[publication.match_id] = publication
    rows = iter(newest.values())
    while chunk := list(islice(rows, ROWS_PER_STATEMENT)):
        _upsert(chunk)


def frozen(match_ids: Collection[int], *, now: datetime) -> dict[int, PublishedPrediction]:
    """What was said before kickoff of those matches that have kicked off by `now`, where anything was. One query."""
    published = PublishedPrediction.objects.filter(match__kickoff__lte=now, made_at__lt=F("match__kickoff"))
    return published.in_bulk(match_ids)


def _upsert(publications: Collection[Publication]) -> None:
    """One statement, which Django's `bulk_create` can't say: it has no condition for what is there already.

    Always in the order of the ids, so that two who write the same rows wait for each other instead of deadlocking. On
    PostgreSQL a match may be deleted at the same time: a lock on it, which lets results and the like pass, keeps it
    until this is committed; one that is just being deleted is passed over rather than waited for.
    """
    published, match = PublishedPrediction._meta.db_table, Match._meta.db_table
    row = f"({', '.join(['%s'] * len(_COLUMNS))})"
    # Names of tables and columns only: values are parameters.
    sql = f"""
        INSERT INTO {published} ({", ".join(_COLUMNS)})
        SELECT {", ".join(f"new.column{number}" for number in range(1, len(_COLUMNS) + 1))}
        FROM (VALUES {", ".join([row] * len(publications))}) AS new
        JOIN {match} ON {match}.id = new.column1
        WHERE new.column{len(_COLUMNS)} < {match}.kickoff
        ORDER BY {match}.id
        {f"FOR KEY SHARE OF {match} SKIP LOCKED" if connection.vendor == "postgresql" else ""}
        ON CONFLICT (match_id) DO UPDATE SET {", ".join(f"{name} = excluded.{name}" for name in _COLUMNS[1:])}
        WHERE {published}.made_at < excluded.made_at
    """  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(sql, [value for publication in publications for value in _values(publication)])


def _values(publication: Publication) -> list[Any]:
    """In the order of the columns, as the database takes them."""
    values = (
        publication.match_id,
        publication.model_version,
        publication.trained_at,
        *publication.prediction,
        publication.made_at,
    )
    return [_FIELDS[name].get_db_prep_save(value, connection) for name, value in zip(_COLUMNS, values, strict=True)]
