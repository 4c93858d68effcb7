"""What waits in the outbox is settled without anybody's doing, and meanwhile Redis is not read."""

from __future__ import annotations

import time
from datetime import timedelta
from threading import Thread
from typing import Any

import pytest
from django.core.cache import caches
from django.db import connection, connections
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from predictions import invalidation
from predictions.cache import keys
from predictions.cache.gate import gate
from predictions.drainer import Drainer
from predictions.models import Invalidation
from predictions.settled import Settled
from tests.predictions.conftest import RoundTrips

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def fresh_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(invalidation, "_settled", Settled())


def drain(drainer: Drainer) -> None:
    drainer.drain(now=timezone.now())


def test_a_pass_settles_what_waits() -> None:
    caches["predictions"].set(keys.generation(7), b"g" * 16)
    row = Invalidation.objects.create(match_ids=[7])
    drain(Drainer())
    row.refresh_from_db()
    assert row.run_id
    assert caches["predictions"].get(keys.generation(7)) is None


def test_a_pass_over_nothing_is_one_query_and_asks_nothing_of_redis(
    round_trips: RoundTrips, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    drainer = Drainer()
    drain(drainer)
    round_trips.reset()
    with django_assert_num_queries(1):
        drain(drainer)
    assert round_trips.count == 0


def test_while_purges_wait_redis_is_not_read_and_when_they_are_executed_it_is(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    row = Invalidation.objects.create(match_ids=[7])
    there = settings.CACHES
    away = {**there["predictions"], "LOCATION": "redis://127.0.0.1:1/0"}
    drainer = Drainer()

    settings.CACHES = {**there, "predictions": away}
    drain(drainer)
    drain(drainer)
    assert gate.owed
    assert not gate.allows()

    settings.CACHES = there
    drain(drainer)
    assert not gate.owed
    row.refresh_from_db()
    assert row.run_id
    assert [entry.getMessage() for entry in caplog.records if entry.name == "predictions.drainer"] == [
        "Purges wait in the outbox (ConnectionError).",
        "The outbox is settled again.",
    ]


def test_while_the_database_is_away_nothing_changes_for_readers(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is cached is the best there is, unless a purge was owed before."""
    name = connection.settings_dict["NAME"]
    for owed in (False, True):
        gate.owe(owed)
        connection.close()
        connection.settings_dict["NAME"] = "no_such_database"
        try:
            drain(Drainer())
        finally:
            connection.settings_dict["NAME"] = name
            connection.close()
        assert gate.owed is owed


def test_once_a_minute_old_rows_are_dropped() -> None:
    now = timezone.now()
    drainer = Drainer()
    left = []
    for seconds in (0, 30, 90):
        row = Invalidation.objects.create(run_id="server", done_at=now)
        Invalidation.objects.filter(pk=row.pk).update(created_at=now - timedelta(days=20))
        drainer.drain(now=now + timedelta(seconds=seconds))
        left.append(Invalidation.objects.count())
    assert left == [0, 1, 0]


def test_two_at_once_do_no_harm() -> None:
    caches["predictions"].set(keys.generation(7), b"g" * 16)
    rows = Invalidation.objects.bulk_create(Invalidation(match_ids=[7]) for _ in range(50))

    def run() -> None:
        drain(Drainer())
        connections.close_all()

    threads = [Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert Invalidation.objects.done().count() == len(rows)
    assert caches["predictions"].get(keys.generation(7)) is None


def test_its_thread_goes_on_whatever_happens(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    settings.DRAIN_SECONDS = 0.01
    drainer = Drainer()
    drain_once = drainer.drain
    failures: list[int] = []

    def failing(**arguments: Any) -> None:
        if not failures:
            failures.append(1)
            raise ZeroDivisionError
        drain_once(**arguments)

    monkeypatch.setattr(drainer, "drain", failing)
    row = Invalidation.objects.create(match_ids=[7])

    def run() -> None:
        drainer.run()
        connections.close_all()

    thread = Thread(target=run)
    thread.start()
    deadline = time.monotonic() + 20
    while Invalidation.objects.pending().exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    drainer.stop()
    thread.join(20)
    row.refresh_from_db()
    assert row.run_id
    assert "ZeroDivisionError" in caplog.text
