"""What changed is written down with the change, purged after the commit, and waits where it can't be."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import date
from threading import Barrier, BrokenBarrierError, Thread
from typing import Any

import pytest
from django.core.cache import caches
from django.db import connection, connections, models, transaction
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries
from redis import Redis

from matches.models import Match
from predictions import invalidation
from predictions.cache import connecting, keys
from predictions.cache import invalidation as cache_invalidation
from predictions.invalidation import Cause, record, replay, settle, unsettled, waiting
from predictions.models import Invalidation
from predictions.settled import Settled
from tests.matches.ratings.football import make_league, make_teams, match
from tests.predictions.conftest import RoundTrips

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def fresh_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that knows nothing of any row."""
    monkeypatch.setattr(invalidation, "_settled", Settled())


@pytest.fixture
def client(empty_cache: Any) -> Redis:
    client: Redis = empty_cache.client.get_client(write=True)
    return client


@pytest.fixture
def run_id(client: Redis) -> str:
    return str(client.info("server")["run_id"])


def mint(*ids: int | str) -> None:
    caches["predictions"].set_many({keys.generation(of): b"g" * 16 for of in ids})


def is_void(of: int | str) -> bool:
    return caches["predictions"].get(keys.generation(of)) is None


def reconnect(client: Redis) -> None:
    """As a process that has never met this server."""
    client.connection_pool.disconnect()
    connecting.forget_server()


def test_after_the_commit_it_is_purged_and_marked_with_the_server_that_did(run_id: str) -> None:
    mint(7)
    [pk] = record([Cause(match_ids=[7])])
    row = Invalidation.objects.get(pk=pk)
    assert is_void(7)
    assert row.run_id == run_id
    assert row.done_at is not None


def test_a_match_takes_three_statements_and_one_round_trip(run_id: str, round_trips: RoundTrips) -> None:
    round_trips.reset()
    with CaptureQueriesContext(connection) as queries:
        record([Cause(match_ids=[7])])
    assert [query["sql"].split()[0] for query in queries] == ["BEGIN", "INSERT", "COMMIT", "SELECT", "UPDATE"]
    assert round_trips.count == 1


def test_all_of_a_transaction_is_one_purge(round_trips: RoundTrips) -> None:
    mint(*range(20))
    round_trips.reset()
    with transaction.atomic():
        for number in range(20):
            record([Cause(match_ids=[number])])
    assert round_trips.count == 1
    assert all(is_void(number) for number in range(20))
    assert not Invalidation.objects.pending().exists()


def test_which_matches_are_touched_is_asked_after_the_commit() -> None:
    league, teams = make_league(), make_teams("A", "B")
    one = match(league, 2014, date(2014, 8, 16), teams[0], teams[1], pk=7)
    one.day = date(2014, 8, 16)
    mint(7)
    with transaction.atomic():
        record([Cause(league_id=league.pk)])
        plain: models.QuerySet[Match] = models.QuerySet(Match)  # of whose writes nobody is told
        plain.bulk_create([one])
    assert is_void(7)


def test_as_many_matches_as_a_large_import_writes(round_trips: RoundTrips) -> None:
    ids = range(35_000)
    mint(0, 34_999)
    round_trips.reset()
    rows = record([Cause(match_ids=ids)])
    assert round_trips.count == 4
    assert is_void(0)
    assert is_void(34_999)
    assert max(len(row.match_ids) for row in Invalidation.objects.all()) == 1000
    assert len(rows) == 35


def test_nothing_that_changed_is_nothing_to_write(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(0):
        assert record([]) == []


@pytest.mark.usefixtures("redis_away")
def test_while_redis_is_away_the_change_is_committed_and_its_row_waits(caplog: pytest.LogCaptureFixture) -> None:
    with transaction.atomic():
        rows = record([Cause(match_ids=[7]), Cause(match_ids=[8])])
    assert set(unsettled()) == set(rows)
    assert waiting() == 2
    [line] = [entry for entry in caplog.records if entry.levelno >= logging.ERROR]
    assert line.getMessage() == "A purge waits in the outbox, 2 rows (ConnectionError)."
    assert line.exc_info is None


def test_while_the_database_fails_the_writer_is_not_troubled(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """It may go away between the commit and the purge."""
    name = connection.settings_dict["NAME"]
    with transaction.atomic():
        transaction.on_commit(_break_database)
        record([Cause(match_ids=[7])])
    connection.settings_dict["NAME"] = name
    connection.close()
    assert "A purge waits in the outbox" in caplog.text
    assert Invalidation.objects.pending().count() == 1


def _break_database() -> None:
    connection.close()
    connection.settings_dict["NAME"] = "no_such_database"


@pytest.fixture
def missed(client: Redis) -> Iterator[Callable[..., Invalidation]]:
    """A row of whose purge a server knows nothing, as if its writer had died after the commit."""

    def add(run_id: str = "", **cause: Any) -> Invalidation:
        row = Invalidation(run_id=run_id, done_at="2014-08-16T12:00:00Z" if run_id else None, **cause)
        row.save(force_insert=True)
        return row

    yield add
    reconnect(client)


def test_what_nobody_has_purged_is_settled_by_whoever_comes(missed: Callable[..., Invalidation], run_id: str) -> None:
    mint(7)
    row = missed(match_ids=[7])
    settle(unsettled())
    row.refresh_from_db()
    assert is_void(7)
    assert row.run_id == run_id


def test_what_another_server_has_purged_is_unsettled_for_this_one(
    missed: Callable[..., Invalidation], run_id: str
) -> None:
    mint(7)
    row = missed(run_id="0" * 40, match_ids=[7])
    assert unsettled() == [row.pk]
    settle(unsettled())
    assert is_void(7)
    assert unsettled() == []


def test_a_row_that_is_committed_late_is_not_passed_over(run_id: str, client: Redis) -> None:
    """Whatever rows were written and settled after it and before its commit."""
    late = Invalidation(match_ids=[7])
    mint(7)
    record([Cause(match_ids=[8])])
    late.save(force_insert=True)
    assert unsettled() == [late.pk]


@pytest.mark.parametrize("run_id_of_row", ["", "0" * 40])
def test_a_new_connection_has_what_was_missed_purged_before_it_is_used(
    run_id_of_row: str, missed: Callable[..., Invalidation], client: Redis
) -> None:
    mint(7)
    missed(run_id=run_id_of_row, match_ids=[7])
    reconnect(client)
    assert is_void(7)


def test_a_new_connection_takes_one_query_when_nothing_was_missed(
    client: Redis, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    record([Cause(match_ids=[7])])
    reconnect(client)
    with django_assert_num_queries(1):
        client.ping()


def test_a_new_connection_writes_nothing(missed: Callable[..., Invalidation], client: Redis) -> None:
    """On SQLite whoever writes waits for all others, and here a reader would."""
    row = missed(match_ids=[7])
    reconnect(client)
    with CaptureQueriesContext(connection) as queries:
        client.ping()
    assert {query["sql"].split()[0] for query in queries} == {"SELECT"}
    row.refresh_from_db()
    assert row.run_id == ""


def test_what_one_connection_has_purged_the_next_does_not_and_the_drainer_marks(
    missed: Callable[..., Invalidation], client: Redis, run_id: str, round_trips: RoundTrips
) -> None:
    row = missed(match_ids=[7])
    reconnect(client)
    client.ping()
    mint(7)
    reconnect(client)
    assert not is_void(7), "it was purged a second time"
    assert waiting() == 0
    round_trips.reset()
    settle(unsettled())
    assert round_trips.count == 0
    row.refresh_from_db()
    assert row.run_id == run_id


def test_what_is_purged_and_can_not_be_marked_yet_is_only_marked_the_next_time(
    missed: Callable[..., Invalidation], round_trips: RoundTrips, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = missed(match_ids=[7])
    with monkeypatch.context() as patch:
        patch.setattr(Settled, "mark", lambda *arguments: None)
        settle([row.pk])
    round_trips.reset()
    settle([row.pk])
    assert round_trips.count == 0
    assert not Invalidation.objects.pending().exists()


def test_a_purge_over_a_new_connection_that_fails_is_not_taken_for_done(
    missed: Callable[..., Invalidation], client: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    mint(7)
    missed(match_ids=[7])
    reconnect(client)
    monkeypatch.setattr(connecting, "purge_over", _fail)
    with pytest.raises(ZeroDivisionError):
        client.ping()
    monkeypatch.undo()
    assert is_void(7)


def _fail(*arguments: Any) -> None:
    raise ZeroDivisionError


def test_inside_a_transaction_a_new_connection_leaves_it_as_it_was(
    missed: Callable[..., Invalidation], client: Redis
) -> None:
    mint(7, 8)
    row = missed(match_ids=[7])
    with transaction.atomic():
        record([Cause(match_ids=[8])])
        reconnect(client)
        assert is_void(7)
        mint(8)
        Invalidation.objects.filter(pk=row.pk).update(active_model=True)
    assert is_void(8), "purged before its commit, it must be purged after it again"
    assert not Invalidation.objects.filter(match_ids=[8]).pending().exists()


def test_inside_a_transaction_it_goes_on_when_the_outbox_can_not_be_read(client: Redis) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE predictions_invalidation RENAME TO elsewhere")
        reconnect(client)
        with pytest.raises(connecting.NotCaughtUp, match="migrate"):
            client.ping()
        cursor.execute("ALTER TABLE elsewhere RENAME TO predictions_invalidation")
    assert client.ping()


def test_inside_a_transaction_that_has_failed_redis_is_not_to_be_had(client: Redis) -> None:
    with transaction.atomic():
        transaction.set_rollback(True)
        reconnect(client)
        with pytest.raises(connecting.NotCaughtUp):
            client.ping()
    client.ping()


def test_of_many_threads_that_connect_at_once_one_purges(
    missed: Callable[..., Invalidation], client: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    purges: list[int] = []
    purge_over = cache_invalidation.purge_over

    second = Barrier(2)

    def counted(*arguments: Any) -> None:
        purges.append(1)
        with suppress(BrokenBarrierError):
            second.wait(0.1)  # does another come while this one purges?
        purge_over(*arguments)

    monkeypatch.setattr(connecting, "purge_over", counted)
    missed(match_ids=[7])
    reconnect(client)
    together = Barrier(8)

    def connect() -> None:
        together.wait(10)
        client.ping()
        connections.close_all()

    threads = [Thread(target=connect) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(purges) == 1


def test_a_replay_settles_what_is_unsettled(missed: Callable[..., Invalidation]) -> None:
    mint(7, 8)
    missed(match_ids=[7])
    record([Cause(match_ids=[9])])
    assert replay() == 1
    assert (is_void(7), is_void(8)) == (True, False)
    assert unsettled() == []


def test_a_replay_of_everything_purges_again_what_is_settled(round_trips: RoundTrips) -> None:
    record([Cause(match_ids=[number]) for number in range(30)])
    mint(*range(31))
    round_trips.reset()
    assert replay(everything=True) == 30
    assert round_trips.count == 2
    assert [is_void(number) for number in range(31)] == [True] * 30 + [False]


def test_that_nothing_is_unsettled_is_read_off_the_index(run_id: str) -> None:
    rows = [Invalidation(run_id=run_id, done_at="2014-08-16T12:00:00Z", match_ids=[1]) for _ in range(5000)]
    Invalidation.objects.bulk_create(rows)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE predictions_invalidation")
    plan = Invalidation.objects.unsettled(run_id).order_by().explain()
    assert "invalidation_run_id" in plan
    assert "Seq Scan" not in plan
