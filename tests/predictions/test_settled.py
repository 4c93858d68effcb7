"""Marks in the outbox, the memory of what can't be marked yet, and what is dropped."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, connections, transaction
from django.db.backends.sqlite3.base import DatabaseWrapper
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from matches.models.league import SECONDS_MOST
from predictions.models import Invalidation
from predictions.settled import ROWS_PER_PRUNING, Settled, prune

pytestmark = pytest.mark.django_db


def test_only_the_same_row_under_the_same_server_is_remembered(transactional_db: None) -> None:
    settled = Settled()
    one, other = uuid.uuid4(), uuid.uuid4()
    settled.remember("server", [one])
    assert settled.missing("server", [one, other]) == [other]
    assert settled.missing("another", [one]) == [one]


def test_another_server_makes_it_forget_the_former(transactional_db: None) -> None:
    """Whoever goes back to that one does not know what it has lost meanwhile."""
    settled = Settled()
    one, other = uuid.uuid4(), uuid.uuid4()
    settled.remember("server", [one])
    settled.remember("another", [other])
    settled.remember("server", [])
    assert settled.missing("server", [one]) == [one]


def test_what_is_not_committed_yet_is_not_remembered(transactional_db: None) -> None:
    """Purged before the commit, it has to be purged after it all the same."""
    settled = Settled()
    one = uuid.uuid4()
    with transaction.atomic():
        settled.remember("server", [one])
    assert settled.missing("server", [one]) == [one]


@pytest.mark.sqlite
def test_what_is_marked_need_not_be_remembered(transactional_db: None) -> None:
    settled = Settled()
    row = Invalidation.objects.create()
    settled.remember("server", [row.pk])
    settled.mark("server", [row.pk])
    row.refresh_from_db()
    assert row.run_id == "server"
    assert row.done_at is not None
    assert settled.missing("server", [row.pk]) == [row.pk]


@pytest.mark.sqlite
def test_rows_are_marked_in_one_statement() -> None:
    rows = Invalidation.objects.bulk_create(Invalidation() for _ in range(100))
    with CaptureQueriesContext(connection) as queries:
        Settled().mark("server", [row.pk for row in rows])
    assert len([query for query in queries if "UPDATE" in query["sql"]]) == 1
    assert Invalidation.objects.filter(run_id="server").count() == 100


def _aged(days: float, run_id: str = "server") -> Invalidation:
    row = Invalidation.objects.create(run_id=run_id, done_at=timezone.now() if run_id else None)
    Invalidation.objects.filter(pk=row.pk).update(created_at=timezone.now() - timedelta(days=days))
    return row


@pytest.mark.sqlite
def test_rows_done_are_dropped_when_nothing_older_can_be_cached_any_more(settings: Settings) -> None:
    settings.OUTBOX_RETENTION = 10 * 24 * 3600
    kept = [_aged(9.9), _aged(11, run_id="")]
    _aged(10.1)
    assert prune(now=timezone.now()) == 1
    assert set(Invalidation.objects.all()) == set(kept)


def test_rows_are_kept_as_long_as_entries_can_live_whatever_the_setting_says(settings: Settings) -> None:
    settings.OUTBOX_RETENTION = 60
    settings.STALE_GRACE = 24 * 3600
    longest = SECONDS_MOST / 86400 + 1
    _aged(longest - 0.1)
    _aged(longest + 0.1)
    assert prune(now=timezone.now()) == 1


def test_so_many_are_dropped_at_a_time_the_oldest_first() -> None:
    rows = Invalidation.objects.bulk_create(
        Invalidation(run_id="server", done_at=timezone.now()) for _ in range(ROWS_PER_PRUNING + 1)
    )
    Invalidation.objects.update(created_at=timezone.now() - timedelta(days=20))
    Invalidation.objects.filter(pk=rows[500].pk).update(created_at=timezone.now() - timedelta(days=19))
    assert prune(now=timezone.now()) == ROWS_PER_PRUNING
    assert list(Invalidation.objects.all()) == [rows[500]]


@contextmanager
def sqlite_file(path: Path) -> Iterator[Any]:
    """This thread on an SQLite database in a file, as `make run` has it; a second connection to it."""
    config = {
        **connection.settings_dict,
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(path),
        "OPTIONS": {
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
        },
    }
    former = connections["default"]
    ours, theirs = DatabaseWrapper(config, "default"), DatabaseWrapper(config, "default")
    connections["default"] = ours
    try:
        call_command("migrate", "predictions", verbosity=0)
        yield theirs
    finally:
        ours.close()
        theirs.close()
        connections["default"] = former


def test_on_sqlite_another_writer_is_not_waited_for(tmp_path: Path) -> None:
    settled = Settled()
    with sqlite_file(tmp_path / "db.sqlite3") as other:
        row = Invalidation.objects.create()
        settled.remember("server", [row.pk])
        with other.cursor() as cursor:
            cursor.execute("BEGIN IMMEDIATE")
            begun = timezone.now()
            settled.mark("server", [row.pk])
            with pytest.raises(DatabaseError, match="locked"):
                prune(now=timezone.now() + timedelta(days=20))
            assert timezone.now() - begun < timedelta(seconds=5), "of the 20 that everybody else waits"
            cursor.execute("ROLLBACK")
        assert settled.missing("server", [row.pk]) == []
        row.refresh_from_db()
        assert row.run_id == ""
        settled.mark("server", [row.pk])
        row.refresh_from_db()
        assert row.run_id == "server"
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA busy_timeout")
            assert cursor.fetchone() == (20_000,), "everybody else waits as before"
