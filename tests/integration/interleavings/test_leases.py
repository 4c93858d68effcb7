"""The lease says who computes. Its loss costs a computation; it keeps nobody waiting in vain; only its own drops it.

No answer is wrong for want of a lease, so what is counted here is who computes and who waits.
"""

from __future__ import annotations

import pytest
from django.db import OperationalError, connection

from predictions.cache.answers import Source
from tests.integration.interleavings.football import (
    Football,
    Violation,
    ask,
    computes_at_once,
    correct_a_result,
    evict_lease,
    must_be_true,
    new_readers_are_told_the_truth,
    required,
)
from tests.integration.interleavings.scheduling import claiming, reading_matches, scheduled
from tests.integration.points import call


def test_one_process_computes_and_the_others_wait(football: Football) -> None:
    match = football.fixture
    with scheduled(football) as schedule:
        schedule.actor("a:reader", lambda: ask(match))
        schedule.actor("b:reader", lambda: ask(match))
        schedule.run("a:reader").until(reading_matches())
        with required():
            schedule.run("b:reader").until(call("admission.waiting"))
        schedule.run("a:reader").to_the_end()
        answer = schedule.run("b:reader").to_the_end()
        must_be_true(answer, match)
        assert (answer.source, answer.collapsed) == (Source.MISS, True)


def test_who_claims_takes_what_has_come_since_the_look(football: Football) -> None:
    match = football.fixture
    with scheduled(football) as schedule:
        schedule.actor("a:reader", lambda: ask(match))
        schedule.run("a:reader").until(claiming())
        filled = ask(match)
        answer = schedule.run("a:reader").to_the_end()
        must_be_true(answer, match)
        if answer.entry != filled.entry:
            raise Violation("it was computed twice")


def test_an_invalidation_voids_the_lease_too(football: Football) -> None:
    """What the holder computes can't be filled any more, so to wait for it would be in vain."""
    match = football.fixture
    with scheduled(football) as schedule:
        schedule.actor("a:reader", lambda: ask(match))
        schedule.run("a:reader").until(reading_matches())
        correct_a_result()
        schedule.actor("b:reader", lambda: ask(match))
        schedule.run("b:reader").until(claiming())
        computes_at_once(schedule, "b:reader")
        schedule.run("b:reader").to_the_end()
        schedule.run("a:reader").to_the_end()
        new_readers_are_told_the_truth(match)


def test_a_holder_that_comes_late_does_not_drop_the_lease_of_another(football: Football) -> None:
    """The first holder's lease has run out, the second computes; then the first one fails."""
    match = football.fixture
    with scheduled(football) as schedule:
        schedule.actor("a:reader", lambda: ask(match))
        schedule.run("a:reader").until(reading_matches())
        _end_all_other_sessions()
        evict_lease(match)
        schedule.actor("b:reader", lambda: ask(match))
        schedule.run("b:reader").until(reading_matches())
        with pytest.raises(OperationalError):
            schedule.run("a:reader").to_the_end()
        schedule.actor("c:reader", lambda: ask(match))
        with required():
            schedule.run("c:reader").until(call("admission.waiting"))
        schedule.run("b:reader").to_the_end()
        must_be_true(schedule.run("c:reader").to_the_end(), match)


def test_who_waits_takes_over_when_the_holder_dies(football: Football) -> None:
    match = football.fixture
    with scheduled(football) as schedule:
        schedule.actor("a:reader", lambda: ask(match))
        schedule.actor("b:reader", lambda: ask(match))
        schedule.run("a:reader").until(reading_matches())
        schedule.run("b:reader").until(call("admission.waiting"))
        evict_lease(match)
        schedule.run("b:reader").until(claiming())
        computes_at_once(schedule, "b:reader")
        must_be_true(schedule.run("b:reader").to_the_end(), match)


def test_who_takes_over_reads_what_has_changed_since_it_began_to_wait(football: Football) -> None:
    match = football.fixture
    with scheduled(football) as schedule:
        schedule.actor("a:reader", lambda: ask(match))
        schedule.actor("b:reader", lambda: ask(match))
        schedule.run("a:reader").until(reading_matches())
        schedule.run("b:reader").until(call("admission.waiting"))
        correct_a_result()
        must_be_true(schedule.run("b:reader").to_the_end(), match)
        schedule.run("a:reader").to_the_end()
        new_readers_are_told_the_truth(match)


def _end_all_other_sessions() -> None:
    """Whoever is connected to the test's database loses its connection."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
