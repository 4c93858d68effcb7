"""Many at once: all leases first, then one read; what could be claimed is filled before anybody is waited for."""

from __future__ import annotations

from datetime import timedelta

from django.core.cache import caches

from predictions.cache import keys
from predictions.ml.active import active_model
from tests.integration.interleavings.football import (
    Football,
    Violation,
    ask,
    ask_many,
    correct_a_result,
    evict_lease,
    must_be_true,
    new_readers_are_told_the_truth,
)
from tests.integration.interleavings.scheduling import (
    claiming,
    filling,
    following,
    reading_features,
    reading_matches,
    scheduled,
)
from tests.integration.points import call, redis


def test_all_leases_are_taken_before_the_first_read(football: Football) -> None:
    """Between the last lease and the fills an update refuses them all; there is no step between two leases."""
    first, second, _, *_ = football.fixtures
    with scheduled(football) as schedule:
        schedule.actor("a:reader", lambda: ask_many([first, second]))
        schedule.run("a:reader").past(claiming())
        schedule.run("a:reader").until(redis("EVALSHA"))
        correct_a_result()
        answers = schedule.run("a:reader").to_the_end()
        new_readers_are_told_the_truth(first, second)
        assert not any(answer.stored for answer in answers.values())


def test_an_update_between_two_computations_refuses_what_was_read_before_it(football: Football) -> None:
    """One match's lease is another process's, and is taken over after the update: that needs a read of its own."""
    first, second, _, *_ = football.fixtures
    with scheduled(football) as schedule:
        schedule.actor("b:reader", lambda: ask(second))
        schedule.run("b:reader").until(reading_matches())
        schedule.actor("a:reader", lambda: ask_many([first, second]))
        schedule.run("a:reader").until(call("admission.waiting"))
        correct_a_result()
        schedule.run("a:reader").to_the_end()
        new_readers_are_told_the_truth(first, second)


def test_what_could_be_claimed_is_filled_before_others_are_waited_for(football: Football) -> None:
    """Or two that wait for each other's would wait for ever."""
    first, second, _, *_ = football.fixtures
    with scheduled(football) as schedule:
        schedule.actor("b:reader", lambda: ask(second))
        schedule.run("b:reader").until(reading_matches())
        schedule.actor("a:reader", lambda: ask_many([first, second]))
        schedule.run("a:reader").until(call("admission.waiting"))
        if not caches["predictions"].has_key(keys.prediction(first.pk, active_model().digest)):
            raise Violation("the match that could be claimed is not filled yet")
        evict_lease(second)
        answers = schedule.run("a:reader").to_the_end()
        must_be_true(answers)
        assert all(answer.stored for answer in answers.values())


def test_two_batches_that_lead_what_the_other_follows_end(football: Football) -> None:
    first, second, third, *_ = football.fixtures
    with scheduled(football) as schedule:
        schedule.actor("a:one", lambda: ask_many([first, second]))
        schedule.run("a:one").until(call("Flights.board", nth=2))
        schedule.actor("a:two", lambda: ask_many([second, third, first]))
        schedule.run("a:two").until(call("Flights.sending"))
        schedule.run("a:one").until(following())
        schedule.run("a:two").until(following())
        for name in ("a:one", "a:two"):
            must_be_true(schedule.run(name).to_the_end())


def test_of_a_batch_one_match_may_be_refused_and_another_kept(football: Football) -> None:
    """Another kickoff touches that match only."""
    first, _, third, *_ = football.fixtures
    with scheduled(football) as schedule:
        schedule.actor("a:reader", lambda: ask_many([first, third]))
        schedule.run("a:reader").past(reading_features())
        first.kickoff += timedelta(hours=1)
        first.save()
        schedule.run("a:reader").until(filling())
        answers = schedule.run("a:reader").to_the_end()
        new_readers_are_told_the_truth(first, third)
        assert [answers[match.pk].stored for match in (first, third)] == [False, True]
