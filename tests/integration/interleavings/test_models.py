"""Which model is active is a fact with a generation of its own, known to each process under a token read before it."""

from __future__ import annotations

from django.utils import timezone

from predictions.activation import activate
from predictions.ml import registry
from predictions.ml.active import forget_active_model
from predictions.ml.training import train
from tests.integration.interleavings.football import (
    Football,
    ask,
    correct_a_result,
    must_be_true,
    new_readers_are_told_the_truth,
)
from tests.integration.interleavings.scheduling import filling, scheduled
from tests.integration.points import database


def _another() -> str:
    """The version of a second model, which has learnt something else; it is not active yet."""
    correct_a_result()
    return train(now=timezone.now()).row.version


def test_a_model_activated_is_the_one_that_answers(football: Football) -> None:
    match, version = football.fixture, _another()
    ask(match)
    registry.activate(version)
    new_readers_are_told_the_truth(match)


def test_a_model_activated_after_the_look_is_not_missed(football: Football) -> None:
    match, version = football.fixture, _another()
    forget_active_model()
    with scheduled(football) as schedule:
        schedule.actor("a:reader", lambda: ask(match))
        schedule.run("a:reader").past(database("SELECT", containing="predictions_trainedmodel"))
        registry.activate(version)
        schedule.run("a:reader").to_the_end()
        new_readers_are_told_the_truth(match)


def test_a_model_looked_up_before_the_commit_is_looked_up_again_after_it(football: Football) -> None:
    match, version = football.fixture, _another()
    ask(match)
    with scheduled(football) as schedule:
        schedule.actor("a:operator", lambda: registry.activate(version))
        schedule.run("a:operator").until(database("COMMIT"))
        forget_active_model()
        ask(match)
        schedule.run("a:operator").to_the_end()
        new_readers_are_told_the_truth(match)


def test_a_model_rolled_back_finds_its_answers_true_or_void(football: Football) -> None:
    """What it had answered before is still there, under the generation of then."""
    match, version = football.fixture, _another()
    former = ask(match).entry.model
    registry.activate(version)
    ask(match)
    correct_a_result()
    registry.activate(former)
    new_readers_are_told_the_truth(match)


def test_a_fill_by_the_former_model_is_no_answer_of_the_new_one(football: Football) -> None:
    match, version = football.fixture, _another()
    with scheduled(football) as schedule:
        schedule.actor("a:reader", lambda: ask(match))
        schedule.run("a:reader").until(filling())
        registry.activate(version)
        must_be_true(ask(match), match)
        schedule.run("a:reader").to_the_end()
        new_readers_are_told_the_truth(match)


def test_what_is_warmed_before_a_change_is_no_answer_after_it(football: Football) -> None:
    """A result comes between the moment when a candidate reads the ratings and the one when its answers are kept."""
    match, version = football.fixture, _another()
    ask(match)
    with scheduled(football) as schedule:
        schedule.actor("a:operator", lambda: activate(version, force=True, days=12))
        schedule.run("a:operator").until(filling())
        correct_a_result()
        schedule.run("a:operator").to_the_end()
        new_readers_are_told_the_truth(match)


def test_a_model_that_is_warmed_answers_nobody_before_it_is_active(football: Football) -> None:
    match, version = football.fixture, _another()
    former = ask(match).entry.model
    with scheduled(football) as schedule:
        schedule.actor("a:operator", lambda: activate(version, force=True, days=12))
        schedule.run("a:operator").past(filling())
        assert ask(match).entry.model == former
        must_be_true(ask(match), match)
        schedule.run("a:operator").to_the_end()
        assert ask(match).entry.model == version
        new_readers_are_told_the_truth(match)
