"""Invalidation that is never lost: what changed is written down in the same transaction, and purged after its commit.

A row of the outbox is *unsettled* for a Redis server as long as that server is not known to have executed its purge. On
commit the writer settles its own rows. What it can't settle waits for the drainer of any process, or for the next new
connection, whichever comes first. Purging twice is harmless, so nobody needs to know of the others.

New connections are made while somebody waits for an answer. So they purge, and leave it to the background to mark the
rows; until then each process that connects would purge once more, and have computed anew what was filled meanwhile.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import date
from functools import partial
from threading import Lock
from uuid import UUID

from django.db import Error as DatabaseError
from django.db import connection, transaction
from redis.exceptions import RedisError

from predictions.cache import connecting
from predictions.cache.background import background
from predictions.cache.connecting import NotCaughtUp, Purge
from predictions.cache.invalidation import purge
from predictions.models import Invalidation
from predictions.settled import Settled
from predictions.touched import touched

logger = logging.getLogger(__name__)

MATCHES_PER_ROW = 1000
SECONDS_TO_CATCH_UP = 0.2
"""How long a thread waits for another that catches up with a server. With few rows that takes milliseconds."""

_settled = Settled()
_catching_up = Lock()


@dataclass(frozen=True, slots=True)
class Cause:
    """Why answers may have become untrue. What the ids name may be gone."""

    league_id: int | None = None
    """All its matches on the day `since` (None: ever) or later."""
    since: date | None = None
    team_ids: Collection[int] = ()
    match_ids: Collection[int] = ()
    active_model: bool = False
    """Another model may have become the active one."""


def record(causes: Iterable[Cause]) -> list[UUID]:
    """Write down what changed, inside the transaction of the change, and purge once that is committed.

    Returns the ids of the rows. Raises django.db.Error.
    """
    rows = [row for cause in causes for row in _rows(cause)]
    if not rows:
        return []
    pks = [row.pk for row in rows]
    purging = _PurgeOnCommit(pks)
    with transaction.atomic(savepoint=False):
        Invalidation.objects.bulk_create(rows)
        for entry in reversed(connection.run_on_commit):
            if isinstance(entry[1], _PurgeOnCommit):
                entry[1].next = purging
                break
        transaction.on_commit(purging, robust=True)
    return pks


def unsettled() -> list[UUID]:
    """The rows that are unsettled for the server this process heard of last. One query. Raises django.db.Error."""
    run_id = connecting.last_run_id()
    rows = Invalidation.objects.unsettled(run_id) if run_id else Invalidation.objects.pending()
    return list(rows.order_by().values_list("pk", flat=True))


def settle(rows: Sequence[UUID], *, again: bool = False) -> None:
    """Have Redis execute the purges of these rows, and mark them done; `again`: even where it is known to have.

    Whatever the breaker says. Raises redis.RedisError or django.db.Error if rows are still unsettled.
    """
    run_id = connecting.last_run_id()
    if missing := list(rows) if again else _settled.missing(run_id, rows):
        executed_by = purge(touched(missing))
        connecting.heard_of(executed_by)
        if executed_by != run_id:
            # The others are known to be settled for the former server. They are none the less unsettled for this one.
            run_id, rows = executed_by, missing
        _settled.remember(run_id, missing)
    _settled.mark(run_id, rows)


def replay(*, everything: bool = False) -> int:
    """Settle what is unsettled, or `everything` that is kept, once more; returns how many rows.

    Raises redis.RedisError and django.db.Error.
    """
    connecting.heard_of(purge(()))
    rows = list(Invalidation.objects.order_by().values_list("pk", flat=True)) if everything else unsettled()
    settle(rows, again=everything)
    return len(rows)


def waiting(among: Collection[UUID] | None = None) -> int:
    """How many rows, of all or some, no server is known to have settled. Raises django.db.Error."""
    rows = Invalidation.objects.pending()
    if among is not None:
        rows = rows.filter(pk__in=among)
    return len(_settled.missing(connecting.last_run_id(), rows.order_by().values_list("pk", flat=True)))


def catch_up(run_id: str, purge: Purge) -> None:
    """Purge, over a new connection to the server `run_id`, what is unsettled for it. Raises NotCaughtUp.

    Writes nothing itself. A transaction that the caller is in goes on as if nothing had happened.
    """
    try:
        with _one_at_a_time(), transaction.atomic() if connection.in_atomic_block else nullcontext():
            if run_id == connecting.last_run_id():
                return  # another thread has done it meanwhile
            rows = list(Invalidation.objects.unsettled(run_id).order_by().values_list("pk", flat=True))
            if missing := _settled.missing(run_id, rows):
                purge(touched(missing))
                _settled.remember(run_id, missing)
                background.submit(("mark", run_id), partial(_settled.mark, run_id, rows))
    except DatabaseError as error:
        if not connection.in_atomic_block:
            connection.close_if_unusable_or_obsolete()
        raise NotCaughtUp(
            "The database can't say which purges Redis has missed: start it, and run manage.py migrate if that is due."
        ) from error


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """When a server is back all threads connect to it at once: one catches up, the others go on without Redis."""
    if not _catching_up.acquire(timeout=SECONDS_TO_CATCH_UP):
        raise NotCaughtUp("Redis is making up for purges that it missed: it is used as soon as that is done.")
    try:
        yield
    finally:
        _catching_up.release()


class _PurgeOnCommit:
    """Settles rows, and with them those recorded later in the same transaction: the first does it for all."""

    def __init__(self, rows: list[UUID]) -> None:
        self.rows = rows
        self.next: _PurgeOnCommit | None = None

    def __call__(self) -> None:
        rows: list[UUID] = []
        purging: _PurgeOnCommit | None = self
        while purging is not None:
            rows += purging.rows
            purging.rows, purging.next, purging = [], None, purging.next
        try:
            if rows:
                settle(rows)
        except (RedisError, DatabaseError) as error:
            # Nobody hears of it but the log: the change itself is committed. The message might quote raw bytes.
            logger.error("A purge waits in the outbox, %d rows (%s).", len(rows), type(error).__name__)


def _rows(cause: Cause) -> Iterator[Invalidation]:
    """One row, and more if the cause names more matches than go into one."""
    ids = sorted(cause.match_ids)
    yield Invalidation(
        league_id=cause.league_id,
        since=cause.since,
        team_ids=sorted(cause.team_ids),
        match_ids=ids[:MATCHES_PER_ROW],
        active_model=cause.active_model,
    )
    for start in range(MATCHES_PER_ROW, len(ids), MATCHES_PER_ROW):
        yield Invalidation(match_ids=ids[start : start + MATCHES_PER_ROW])
