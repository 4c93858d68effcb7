"""An absence is fenced as everything else is: after a create no reader is told that there is no such match."""

from __future__ import annotations

from tests.integration.interleavings.football import (
    UNKNOWN,
    Football,
    ask,
    ask_many,
    create,
    new_readers_are_told_the_truth,
)
from tests.integration.interleavings.scheduling import filling, reading_matches, scheduled
from tests.integration.points import database


def test_an_absence_is_void_once_the_match_is_created(football: Football) -> None:
    assert ask(UNKNOWN).entry.is_absence
    create(football.fixture)
    new_readers_are_told_the_truth(UNKNOWN)


def test_an_absence_found_before_the_create_cannot_be_filled_after_it(football: Football) -> None:
    with scheduled(football) as schedule:
        schedule.actor("a:reader", lambda: ask(UNKNOWN))
        schedule.run("a:reader").past(reading_matches())
        create(football.fixture)
        answer = schedule.run("a:reader").to_the_end()
        new_readers_are_told_the_truth(UNKNOWN)
        assert answer.entry.is_absence


def test_an_absence_filled_between_the_insert_and_its_commit_is_void_after_it(football: Football) -> None:
    with scheduled(football) as schedule:
        schedule.actor("a:writer", lambda: create(football.fixture))
        schedule.run("a:writer").until(database("COMMIT"))
        assert ask(UNKNOWN).stored
        schedule.run("a:writer").to_the_end()
        new_readers_are_told_the_truth(UNKNOWN)


def test_an_absence_beyond_the_cap_leaves_nothing_that_could_hide_the_match(football: Football) -> None:
    """Its lease and its generation go; a create between the read and that is not undone by it."""
    match = football.fixture
    with scheduled(football) as schedule:
        schedule.actor("a:reader", lambda: ask_many([UNKNOWN, match.pk]))
        schedule.run("a:reader").until(filling())
        create(match)
        new_readers_are_told_the_truth(UNKNOWN)
        schedule.run("a:reader").to_the_end()
        new_readers_are_told_the_truth(UNKNOWN, match)


def test_a_match_deleted_is_absent_for_whoever_comes_after_it(football: Football) -> None:
    match = create(football.fixture)
    ask(match)
    with scheduled(football) as schedule:
        schedule.actor("a:writer", match.delete)
        schedule.run("a:writer").until(database("COMMIT"))
        ask(UNKNOWN)
        schedule.run("a:writer").to_the_end()
        new_readers_are_told_the_truth(UNKNOWN)
