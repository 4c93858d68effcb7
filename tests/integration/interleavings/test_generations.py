"""The generation is a fence: what was made before an invalidation is neither served nor filled after it."""

from __future__ import annotations

from predictions.cache import keys
from predictions.cache.answers import Source
from tests.integration.interleavings.football import (
    Football,
    ask,
    correct_a_result,
    evict,
    evict_lease,
    evict_prediction,
    must_be_true,
    new_readers_are_told_the_truth,
    rename,
)
from tests.integration.interleavings.scheduling import claiming, filling, reading_features, reading_matches, scheduled


def test_an_entry_is_void_once_what_it_says_has_changed(football: Football) -> None:
    match = football.fixture
    ask(match)
    assert ask(match).source is Source.HIT
    rename(match.home_team)
    new_readers_are_told_the_truth(match)


def test_features_are_void_once_the_ratings_have_moved(football: Football) -> None:
    match = football.fixture
    ask(match)
    correct_a_result()
    evict_prediction(match)
    new_readers_are_told_the_truth(match)


def test_what_was_read_before_an_update_cannot_be_filled_after_it(football: Football) -> None:
    match = football.fixture
    with scheduled(football) as schedule:
        schedule.actor("a:reader", lambda: ask(match))
        schedule.run("a:reader").past(reading_features())
        correct_a_result()
        answer = schedule.run("a:reader").to_the_end()
        new_readers_are_told_the_truth(match)
        assert not answer.stored


def test_a_fill_that_comes_late_does_not_take_the_place_of_a_true_entry(football: Football) -> None:
    match = football.fixture
    with scheduled(football) as schedule:
        schedule.actor("a:reader", lambda: ask(match))
        schedule.run("a:reader").until(filling())
        correct_a_result()
        new_readers_are_told_the_truth(match)
        schedule.run("a:reader").to_the_end()
        answer = ask(match)
        must_be_true(answer, match)
        assert answer.source is Source.HIT


def test_features_are_looked_up_under_a_generation_taken_before(football: Football) -> None:
    """Their entry is true when the reader begins, and void when it has its lease."""
    match = football.fixture
    ask(match)
    evict_prediction(match)
    with scheduled(football) as schedule:
        schedule.actor("a:reader", lambda: ask(match))
        schedule.run("a:reader").until(claiming())
        correct_a_result()
        schedule.run("a:reader").to_the_end()
        new_readers_are_told_the_truth(match)


def test_features_found_before_an_update_make_no_entry_after_it(football: Football) -> None:
    match = football.fixture
    ask(match)
    evict_prediction(match)
    with scheduled(football) as schedule:
        schedule.actor("a:reader", lambda: ask(match))
        schedule.run("a:reader").until(filling())
        correct_a_result()
        schedule.run("a:reader").to_the_end()
        new_readers_are_told_the_truth(match)


def test_a_generation_made_anew_is_none_that_ever_was(football: Football) -> None:
    """Redis loses all that the generations could be counted by, as it may; old features are still there."""
    match = football.fixture
    ask(match)
    correct_a_result()
    evict(keys.generation(match.pk), f"{keys.generation(match.pk)}:counter")
    new_readers_are_told_the_truth(match)


def test_a_fill_from_before_an_update_is_refused_though_the_generation_was_lost_since(football: Football) -> None:
    match = football.fixture
    with scheduled(football) as schedule:
        schedule.actor("a:reader", lambda: ask(match))
        schedule.run("a:reader").until(filling())
        correct_a_result()
        evict(keys.generation(match.pk), f"{keys.generation(match.pk)}:counter")
        schedule.actor("b:reader", lambda: ask(match))
        schedule.run("b:reader").past(claiming())
        schedule.run("a:reader").to_the_end()
        evict_lease(match)
        new_readers_are_told_the_truth(match)


def test_a_generation_lost_in_the_middle_costs_a_computation_and_no_more(football: Football) -> None:
    match = football.fixture
    for at in (reading_matches(), filling()):
        with scheduled(football) as schedule:
            schedule.actor("a:reader", lambda: ask(match))
            schedule.run("a:reader").until(at)
            evict(keys.generation(match.pk))
            answer = schedule.run("a:reader").to_the_end()
            must_be_true(answer, match)
            assert (answer.source, answer.stored) == (Source.MISS, False)
            new_readers_are_told_the_truth(match)
        evict(keys.generation(match.pk))


def test_a_lease_lost_in_the_middle_costs_a_computation_and_no_more(football: Football) -> None:
    """Both may fill, since both are right."""
    match = football.fixture
    with scheduled(football) as schedule:
        for name in ("a:reader", "b:reader"):
            schedule.actor(name, lambda: ask(match))
            schedule.run(name).until(filling())
            evict_lease(match)
        correct_a_result()
        answers = [schedule.run(name).to_the_end() for name in ("a:reader", "b:reader")]
        new_readers_are_told_the_truth(match)
        assert not any(answer.stored for answer in answers)
