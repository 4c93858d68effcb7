"""An invalidation comes after the commit, names its cause, and is never lost."""

from __future__ import annotations

import pytest
from django.db import transaction
from django.utils import timezone

from matches.models import Match, Team
from predictions import invalidation
from predictions.cache.answers import Source
from predictions.cache.gate import gate
from predictions.drainer import Drainer
from tests.integration.interleavings.football import (
    UNKNOWN,
    Football,
    ask,
    correct_a_result,
    create,
    insert_by_sql,
    must_be_true,
    new_readers_are_told_the_truth,
    rename,
)
from tests.integration.interleavings.scheduling import scheduled
from tests.integration.points import database, redis


def test_what_is_filled_before_the_commit_is_void_after_it(football: Football) -> None:
    match = football.fixture
    ask(match)
    with scheduled(football) as schedule:
        schedule.actor("a:writer", correct_a_result)
        schedule.run("a:writer").until(database("COMMIT"))
        ask(match)
        schedule.run("a:writer").to_the_end()
        new_readers_are_told_the_truth(match)


def test_what_is_filled_between_the_commit_and_the_purge_is_void_after_it(football: Football) -> None:
    match = football.fixture
    ask(match)
    with scheduled(football) as schedule:
        schedule.actor("a:writer", correct_a_result)
        schedule.run("a:writer").until(redis("DEL"))
        ask(match)
        schedule.run("a:writer").to_the_end()
        new_readers_are_told_the_truth(match)


def test_a_match_inserted_between_the_change_and_its_commit_is_not_missed(football: Football) -> None:
    """Its answer is of before the commit, and no list made inside the transaction could name it.

    With matches that go through the ORM this can't happen, see the next test. Who inserts by SQL holds no lock.
    """
    match = football.fixture
    with scheduled(football) as schedule:
        schedule.actor("a:writer", correct_a_result)
        schedule.run("a:writer").until(database("COMMIT"))
        insert_by_sql(match)
        ask(UNKNOWN)
        schedule.run("a:writer").to_the_end()
        new_readers_are_told_the_truth(UNKNOWN, match)


@pytest.mark.parametrize("what", ["a result", "a name"])
def test_who_creates_a_match_waits_for_whoever_changes_its_league_or_team(football: Football, what: str) -> None:
    """For the league's lock, which every write of matches takes; for the team's row, since its name is unique."""
    match = football.fixture
    with scheduled(football) as schedule:
        change = correct_a_result if what == "a result" else lambda: rename(match.home_team)
        schedule.actor("a:writer", change)
        schedule.run("a:writer").until(database("COMMIT"))
        schedule.actor("a:creator", lambda: create(match))
        schedule.run("a:creator").until_blocked()
        schedule.run("a:writer").to_the_end()
        schedule.run("a:creator").to_the_end()
        new_readers_are_told_the_truth(UNKNOWN, match)


def test_a_rollback_purges_nothing_and_an_answer_stays_true(football: Football) -> None:
    match = football.fixture
    entry = ask(match).entry

    def fail() -> None:
        with transaction.atomic():
            rename(match.home_team)
            ask(match)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    answer = ask(match)
    must_be_true(answer, match)
    assert (answer.entry, answer.source) == (entry, Source.HIT)


def test_a_reader_inside_a_transaction_fills_nothing_that_only_it_can_see(football: Football) -> None:
    match = football.fixture

    def rename_and_regret() -> None:
        with transaction.atomic():
            Match.objects.filter(pk=match.pk).update(kickoff_time_known=False)
            rename(match.home_team, "Never")
            ask(match)
            transaction.set_rollback(True)

    with scheduled(football) as schedule:
        schedule.actor("a:writer", rename_and_regret)
        schedule.run("a:writer").until(database("ROLLBACK"))
        new_readers_are_told_the_truth(match)
        schedule.run("a:writer").to_the_end()
        new_readers_are_told_the_truth(match)


def test_a_writer_that_dies_before_its_purge_has_left_the_cause(football: Football) -> None:
    match = football.fixture
    ask(match)
    with scheduled(football) as schedule:
        schedule.actor("a:writer", correct_a_result)
        schedule.run("a:writer").past(database("COMMIT"))
        Drainer().drain(now=timezone.now())
        new_readers_are_told_the_truth(match)


def test_a_purge_that_redis_was_away_for_is_made_up_for_before_it_is_read(football: Football) -> None:
    match = football.fixture
    ask(match)
    saved = football.redis.snapshot()
    football.redis.kill()
    correct_a_result()
    waiting = invalidation.waiting()
    football.redis.restart_from(saved)
    gate.reset()
    new_readers_are_told_the_truth(match)
    assert waiting == 1


def test_what_an_older_snapshot_brings_back_is_purged_again_before_it_is_read(football: Football) -> None:
    match = football.fixture
    ask(match)
    saved = football.redis.snapshot()
    correct_a_result()
    waiting = invalidation.waiting()
    football.redis.restart_from(saved)
    gate.reset()
    new_readers_are_told_the_truth(match)
    assert waiting == 0


def test_on_a_new_server_nothing_comes_before_the_purges_that_it_has_missed(football: Football) -> None:
    match = football.fixture
    ask(match)
    saved = football.redis.snapshot()
    correct_a_result()
    football.redis.restart_from(saved)
    gate.reset()
    with scheduled(football) as schedule:
        schedule.actor("a:reader", lambda: ask(match))
        schedule.run("a:reader").until(redis("INFO"))
        schedule.run("a:reader").until(redis("DEL"))
        # Meanwhile another one connects, waits a moment for the first to catch up, and goes on without Redis.
        schedule.actor("b:reader", lambda: ask(match))
        must_be_true(schedule.run("b:reader").to_the_end(), match)
        schedule.run("a:reader").to_the_end()
        new_readers_are_told_the_truth(match)


def test_an_update_while_a_new_server_is_caught_up_with_is_not_missed(football: Football) -> None:
    """Its row is not among those that the reader has read: it waits for whoever looks into the outbox next."""
    match = football.fixture
    ask(match)
    saved = football.redis.snapshot()
    correct_a_result()
    football.redis.restart_from(saved)
    gate.reset()
    with scheduled(football) as schedule:
        schedule.actor("a:reader", lambda: ask(match))
        schedule.run("a:reader").until(redis("DEL"))
        schedule.actor("b:writer", lambda: rename(match.home_team))
        schedule.run("b:writer").to_the_end()
        schedule.run("a:reader").to_the_end()
    invalidation.settle(invalidation.unsettled())
    new_readers_are_told_the_truth(match)


def test_a_row_committed_after_a_later_one_is_settled_all_the_same(football: Football) -> None:
    match = football.fixture
    ask(match)
    with scheduled(football) as schedule:
        schedule.actor("a:early", lambda: rename(match.home_team))
        schedule.run("a:early").until(database("COMMIT"))
        # One that plays nowhere, and so touches no match.
        rename(Team.objects.create(name=f"Team {Team.objects.count()}", country="zz"))
        saved = football.redis.snapshot()
        football.redis.kill()
        schedule.run("a:early").to_the_end()
    waiting = invalidation.waiting()
    football.redis.restart_from(saved)
    gate.reset()
    Drainer().drain(now=timezone.now())
    new_readers_are_told_the_truth(match)
    assert waiting == 1


def test_a_full_redis_forgets_what_it_must(football: Football) -> None:
    match = football.fixture
    ask(match)
    football.redis.config_set(maxmemory_policy="noeviction", maxmemory="1")
    assert ask(match).source is Source.HIT
    correct_a_result()
    new_readers_are_told_the_truth(match)
    assert invalidation.waiting() == 0


def test_while_a_purge_is_owed_nothing_is_read_from_redis(football: Football) -> None:
    """It can be read and not be written, so what it holds stays, true or not."""
    match = football.fixture
    ask(match)
    football.redis.refuse_writes()
    correct_a_result()
    Drainer().drain(now=timezone.now())
    new_readers_are_told_the_truth(match)
    assert gate.owed
    football.redis.accept_writes()
    Drainer().drain(now=timezone.now())
    assert not gate.owed
    new_readers_are_told_the_truth(match)
    assert ask(match).source is Source.HIT
