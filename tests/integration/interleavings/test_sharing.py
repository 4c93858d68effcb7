"""Callers of one process share an answer only if what vouches for it was sent after they came."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from predictions.cache.answers import Source
from tests.integration.interleavings.football import (
    UNKNOWN,
    Football,
    ask,
    correct_a_result,
    create,
    must_be_true,
    new_readers_are_told_the_truth,
)
from tests.integration.interleavings.scheduling import (
    claiming,
    filling,
    following,
    landing,
    reading_features,
    reading_matches,
    scheduled,
)
from tests.integration.points import call
from tests.integration.schedule import Schedule


@contextmanager
def _joined_after_an_update(schedule: Schedule, football: Football) -> Iterator[None]:
    """While `a:leader` stands where the caller has put it, a result is corrected and `a:joiner` gets on its flight.

    After the block the joiner, who began after the purge, must be told the truth.
    """
    match = football.fixture
    correct_a_result()
    schedule.actor("a:joiner", lambda: ask(match))
    schedule.run("a:joiner").until(following())
    yield
    must_be_true(schedule.run("a:joiner").to_the_end(), match)
    new_readers_are_told_the_truth(match)


def test_a_flight_is_shared_by_those_who_came_before_its_fill(football: Football) -> None:
    match = football.fixture
    with scheduled(football) as schedule:
        schedule.actor("a:leader", lambda: ask(match))
        schedule.actor("a:joiner", lambda: ask(match))
        schedule.run("a:leader").past(reading_features())
        schedule.run("a:joiner").until(following())
        led = schedule.run("a:leader").to_the_end()
        shared = schedule.run("a:joiner").to_the_end()
        assert (shared.entry, shared.source, shared.collapsed) == (led.entry, Source.MISS, True)


def test_an_answer_whose_fill_was_refused_is_not_shared(football: Football) -> None:
    with scheduled(football) as schedule:
        schedule.actor("a:leader", lambda: ask(football.fixture))
        schedule.run("a:leader").past(reading_features())
        with _joined_after_an_update(schedule, football):
            led = schedule.run("a:leader").to_the_end()
        assert not led.stored


def test_an_absence_whose_fill_was_refused_is_not_shared(football: Football) -> None:
    with scheduled(football) as schedule:
        schedule.actor("a:leader", lambda: ask(UNKNOWN))
        schedule.run("a:leader").past(reading_matches())
        create(football.fixture)
        schedule.actor("a:joiner", lambda: ask(UNKNOWN))
        schedule.run("a:joiner").until(following())
        schedule.run("a:leader").to_the_end()
        must_be_true(schedule.run("a:joiner").to_the_end(), UNKNOWN)
        new_readers_are_told_the_truth(UNKNOWN)


def test_who_came_after_the_fill_was_sent_does_not_share(football: Football) -> None:
    with scheduled(football) as schedule:
        schedule.actor("a:leader", lambda: ask(football.fixture))
        schedule.run("a:leader").past(filling())
        with _joined_after_an_update(schedule, football):
            led = schedule.run("a:leader").to_the_end()
        assert led.stored


def test_who_comes_while_the_fill_is_being_sent_does_not_share(football: Football) -> None:
    """It is refused, since the update came first; but whether it was, nobody who came now may rely on."""
    with scheduled(football) as schedule:
        schedule.actor("a:leader", lambda: ask(football.fixture))
        schedule.run("a:leader").until(filling())
        with _joined_after_an_update(schedule, football):
            led = schedule.run("a:leader").to_the_end()
        assert not led.stored


def test_who_came_after_the_claim_that_found_an_entry_does_not_share(football: Football) -> None:
    match = football.fixture
    with scheduled(football) as schedule:
        schedule.actor("a:leader", lambda: ask(match))
        schedule.run("a:leader").until(claiming())
        ask(match)
        assert landing().fits(schedule.run("a:leader").step())
        with _joined_after_an_update(schedule, football):
            led = schedule.run("a:leader").to_the_end()
        assert led.source is Source.HIT


def test_who_came_after_the_poll_that_found_an_entry_does_not_share(football: Football) -> None:
    match = football.fixture
    with scheduled(football) as schedule:
        schedule.actor("b:reader", lambda: ask(match))
        schedule.run("b:reader").until(filling())
        schedule.actor("a:leader", lambda: ask(match))
        schedule.run("a:leader").until(call("admission.waiting"))
        schedule.run("b:reader").to_the_end()
        assert landing().fits(schedule.run("a:leader").past(claiming()))
        with _joined_after_an_update(schedule, football):
            led = schedule.run("a:leader").to_the_end()
        assert led.collapsed


@pytest.mark.parametrize("began", ["before it reads", "after it has read"])
def test_while_redis_is_away_only_those_share_who_came_before_anything_was_read(football: Football, began: str) -> None:
    """There is nobody to refuse a fill then, and no purge either: what counts is the commit alone."""
    match = football.fixture
    ask(match)
    with scheduled(football) as schedule:
        football.redis.kill()
        schedule.actor("a:leader", lambda: ask(match))
        if began == "before it reads":
            schedule.run("a:leader").until(reading_matches())
        else:
            schedule.run("a:leader").until(landing())
        with _joined_after_an_update(schedule, football):
            led = schedule.run("a:leader").to_the_end()
        assert led.source is Source.BYPASS
