"""Purges that come too early, miss something, or get lost."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
from django.core.cache import caches
from django.db import transaction
from django.db.models import Q

from predictions import invalidation, receivers
from predictions.cache import connecting, keys
from predictions.cache.entry import GENERATION_SIZE
from predictions.cache.gate import Gate
from predictions.invalidation import Cause
from predictions.models import Invalidation
from predictions.models.invalidation import PENDING, InvalidationQuerySet
from predictions.settled import Settled
from predictions.touched import touched
from tests.integration.mutants.breaking import mutant


@mutant
def purge_before_commit(patch: pytest.MonkeyPatch) -> None:
    """The purge is executed inside the transaction."""
    at_once = SimpleNamespace(atomic=transaction.atomic, on_commit=lambda purge, robust: purge())
    patch.setattr(invalidation, "transaction", at_once)


@mutant
def outbox_rows_that_list_matches(patch: pytest.MonkeyPatch) -> None:
    """What a change touches is looked up inside its transaction. A cause that is only noted there is not enough."""
    rows_of = invalidation._rows

    def listing(cause: Cause) -> Iterator[Invalidation]:
        rows = Invalidation.objects.bulk_create(rows_of(cause))
        ids = [pk for pk in touched([row.pk for row in rows]) if isinstance(pk, int)]
        Invalidation.objects.filter(pk__in=[row.pk for row in rows]).delete()
        return rows_of(Cause(match_ids=set(ids), active_model=cause.active_model))

    patch.setattr(invalidation, "_rows", listing)


@mutant
def outbox_row_written_after_the_commit(patch: pytest.MonkeyPatch) -> None:
    """Whoever dies in between has told nobody."""

    def record(causes: Iterable[Cause]) -> None:
        noted = list(causes)
        transaction.on_commit(lambda: real(noted))

    real = invalidation.record
    patch.setattr(receivers, "record", record)


@mutant
def failed_purge_forgotten(patch: pytest.MonkeyPatch) -> None:
    """Nothing is left of a change whose purge has been tried once."""
    settle = invalidation.settle

    def once(rows: Sequence[UUID], *, again: bool = False) -> None:
        try:
            settle(rows, again=again)
        finally:
            Invalidation.objects.filter(pk__in=rows).delete()

    patch.setattr(invalidation, "settle", once)


@mutant
def done_rows_not_replayed(patch: pytest.MonkeyPatch) -> None:
    """Under another run id, a row that is done stays done."""
    patch.setattr(InvalidationQuerySet, "unsettled", lambda self, run_id: self.pending())


@mutant
def connections_used_before_they_have_caught_up(patch: pytest.MonkeyPatch) -> None:
    """Only the drainer replays."""
    patch.setattr(connecting, "_catch_up", lambda run_id, purge: None)


@mutant
def drainer_goes_by_the_latest_row(patch: pytest.MonkeyPatch) -> None:
    """Rows that were committed after a later one was settled are passed over."""
    latest: list[datetime] = []
    mark, unsettled = Settled.mark, InvalidationQuerySet.unsettled

    def remembering(self: Settled, run_id: str, rows: Collection[UUID]) -> None:
        latest.extend(Invalidation.objects.filter(pk__in=rows).values_list("created_at", flat=True))
        mark(self, run_id, rows)

    def later(self: InvalidationQuerySet, run_id: str) -> InvalidationQuerySet:
        known = Q(run_id=PENDING, created_at__lte=max(latest)) if latest else Q(pk__in=[])
        return unsettled(self, run_id).exclude(known)

    patch.setattr(Settled, "mark", remembering)
    patch.setattr(InvalidationQuerySet, "unsettled", later)


@mutant
def purge_that_needs_memory(patch: pytest.MonkeyPatch) -> None:
    """A new generation is written instead of the old one being deleted."""

    def purge(of: Iterable[int | str]) -> str:
        cache: Any = caches["predictions"]
        client = cache.client.get_client(write=True)
        for one in of:
            client.set(cache.make_key(keys.generation(one)), secrets.token_bytes(GENERATION_SIZE))
        return str(client.info("server")["run_id"])

    patch.setattr(invalidation, "purge", purge)


@mutant
def reads_while_a_purge_is_owed(patch: pytest.MonkeyPatch) -> None:
    """What the drainer says is not listened to."""
    patch.setattr(Gate, "owe", lambda self, owed: None)
