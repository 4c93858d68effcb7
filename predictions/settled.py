"""Which rows of the outbox are settled: marks in the database, and what this process knows until it can make them.

On SQLite a single writer, such as an import, keeps out all others for as long as its transaction takes. Nobody is to
wait for that here: a mark that can't be made now is made later.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import islice
from threading import Lock
from uuid import UUID

from django.conf import settings
from django.db import Error as DatabaseError
from django.db import connection
from django.utils import timezone

from matches.models.league import SECONDS_MOST
from predictions.models import Invalidation

ROWS_PER_UPDATE = 10_000
"""SQLite takes at most 32,766 parameters."""
ROWS_PER_PRUNING = 1000
PATIENCE_MS = 50


class Settled:
    """Rows whose purge one server has executed, to this process's knowledge. Threads share it."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._run_id = ""
        self._rows: set[UUID] = set()

    def missing(self, run_id: str, rows: Iterable[UUID]) -> list[UUID]:
        """Those of `rows` that are not known to be settled for this server."""
        with self._lock:
            known = self._rows if run_id == self._run_id else ()
            return [row for row in rows if row not in known]

    def remember(self, run_id: str, rows: Iterable[UUID]) -> None:
        """This server has executed their purge. What is not committed yet is not remembered: it is still to come."""
        if connection.in_atomic_block:
            return
        with self._lock:
            if run_id != self._run_id:
                self._run_id, self._rows = run_id, set()
            self._rows.update(rows)

    def mark(self, run_id: str, rows: Collection[UUID]) -> None:
        """Write it down, after which there is nothing to remember; unless somebody else is writing for too long."""
        rest = iter(rows)
        while some := list(islice(rest, ROWS_PER_UPDATE)):
            try:
                with _impatient():
                    Invalidation.objects.filter(pk__in=some).update(run_id=run_id, done_at=timezone.now())
            except DatabaseError:
                # The purge is executed, so whoever meets these rows again does no more than that again.
                if connection.in_atomic_block:
                    raise
                return
            with self._lock:
                self._rows.difference_update(some)


def prune(*, now: datetime) -> int:
    """Delete rows whose change is longer ago than anything that was cached before it can live; returns how many.

    Only those that are done, and at most 1,000 at a time. Raises django.db.Error.
    """
    kept = timedelta(seconds=max(settings.OUTBOX_RETENTION, SECONDS_MOST + settings.STALE_GRACE))
    old = Invalidation.objects.done().filter(created_at__lt=now - kept)
    with _impatient():
        _, deleted = Invalidation.objects.filter(
            pk__in=list(old.order_by("created_at").values_list("pk", flat=True)[:ROWS_PER_PRUNING])
        ).delete()
    return deleted.get(Invalidation._meta.label, 0)


@contextmanager
def _impatient() -> Iterator[None]:
    """On SQLite, wait only so long for another writer."""
    if connection.vendor != "sqlite":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout")
        [patience] = cursor.fetchone()
        cursor.execute(f"PRAGMA busy_timeout = {PATIENCE_MS}")
        try:
            yield
        finally:
            cursor.execute(f"PRAGMA busy_timeout = {patience}")
