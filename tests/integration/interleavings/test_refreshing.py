"""A stale entry is stale in time only: it is never older than a change, and neither is what it is refreshed with."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.utils import timezone

from matches.models import League, Match
from predictions.cache.answers import Source
from predictions.cache.background import background
from tests.integration.interleavings.football import (
    Football,
    ask,
    computes_at_once,
    correct_a_result,
    must_be_true,
    new_readers_are_told_the_truth,
)
from tests.integration.interleavings.scheduling import claiming, filling, reading_features, scheduled


def _when_stale(match: Match) -> datetime:
    """A time at which what is filled now may only be served while it is refreshed."""
    return datetime.fromtimestamp(ask(match).entry.fresh_until + 60, UTC)


def test_a_stale_entry_is_void_once_what_it_says_has_changed(football: Football) -> None:
    match = football.fixture
    later = _when_stale(match)
    assert ask(match, now=later).source is Source.STALE
    correct_a_result()
    new_readers_are_told_the_truth(match, now=later)


def test_a_refresh_from_before_an_update_cannot_be_filled(football: Football) -> None:
    match = football.fixture
    later = _when_stale(match)
    ask(match, now=later)
    with scheduled(football) as schedule:
        schedule.actor("a:background", background.run_queued)
        schedule.run("a:background").past(reading_features())
        correct_a_result()
        schedule.run("a:background").to_the_end()
        new_readers_are_told_the_truth(match, now=later)


def test_a_refresh_does_not_use_features_from_before_an_update(football: Football) -> None:
    """They are cached and fresh, as `later` is early for them here: a league's TTL may be shorter than theirs."""
    League.objects.update(cache_ttl=60)
    match, later = football.fixture, timezone.now() + timedelta(seconds=90)
    ask(match)
    ask(match, now=later)
    with scheduled(football) as schedule:
        schedule.actor("a:background", background.run_queued)
        schedule.run("a:background").until(claiming())
        correct_a_result()
        # The entry is void by now: somebody else sees nothing, and the refresh computes all the same.
        schedule.run("a:background").until(filling())
        schedule.run("a:background").to_the_end()
        new_readers_are_told_the_truth(match, now=later)


def test_a_refresh_that_waits_in_the_queue_holds_no_lease(football: Football) -> None:
    """A reader who may not have the entry any more, since its grace is over, computes instead of waiting for nobody."""
    match = football.fixture
    later = _when_stale(match)
    ask(match, now=later)
    with scheduled(football) as schedule:
        schedule.actor("a:reader", lambda: ask(match, now=later + timedelta(days=1)))
        schedule.run("a:reader").until(claiming())
        computes_at_once(schedule, "a:reader")
        must_be_true(schedule.run("a:reader").to_the_end(), match, now=later + timedelta(days=1))


def test_a_refresh_reads_what_has_changed_while_it_was_queued(football: Football) -> None:
    match = football.fixture
    later = _when_stale(match)
    ask(match, now=later)
    correct_a_result()
    background.run_queued()
    new_readers_are_told_the_truth(match, now=later)
