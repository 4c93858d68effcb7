"""What was said before kickoff is neither fresh nor stale past it: from then on the answer is what was published."""

from __future__ import annotations

from datetime import timedelta

import pytest

from predictions import services
from predictions.cache.background import background
from tests.integration.interleavings.football import Football, ask, must_be_true, new_readers_are_told_the_truth
from tests.integration.interleavings.scheduling import reading_features, scheduled


@pytest.mark.parametrize("before", [timedelta(minutes=10), timedelta(seconds=1), timedelta(hours=7)])
def test_at_kickoff_nothing_from_before_it_is_served(football: Football, before: timedelta) -> None:
    match = football.fixture
    ask(match, now=match.kickoff - before)
    background.run_queued()
    new_readers_are_told_the_truth(match, now=match.kickoff)


def test_a_computation_that_is_overtaken_by_the_kickoff_is_not_kept(football: Football) -> None:
    match, passed = football.fixture, [0.0]
    with scheduled(football) as schedule, pytest.MonkeyPatch.context() as patch:
        patch.setattr(services, "monotonic", lambda: passed[0])
        schedule.actor("a:reader", lambda: ask(match, now=match.kickoff - timedelta(seconds=1)))
        schedule.run("a:reader").past(reading_features())
        passed[0] += 1
        answer = schedule.run("a:reader").to_the_end()
        background.run_queued()
        new_readers_are_told_the_truth(match, now=match.kickoff)
        assert not answer.stored


def test_a_kickoff_moved_to_an_earlier_time_ends_what_was_to_last_longer(football: Football) -> None:
    match = football.fixture
    now = match.kickoff - timedelta(hours=2)
    ask(match, now=now)
    background.run_queued()
    match.kickoff = now + timedelta(minutes=1)
    match.save()
    must_be_true(ask(match, now=now), match, now=now)
    background.run_queued()
    new_readers_are_told_the_truth(match, now=match.kickoff)
