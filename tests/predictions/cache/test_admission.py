"""How many compute and how many wait, and what they let go of meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from threading import Thread
from time import monotonic

import pytest
from django.db import connection, transaction
from pytest_django import Settings

from matches.models import League
from predictions.cache import admission
from predictions.cache.admission import Overloaded, computing, waiting

SOON = 20.0


@pytest.fixture(autouse=True)
def few(settings: Settings) -> None:
    """Two compute, one waits; nobody of other tests is among them."""
    admission._limit.cache_clear()
    settings.MOST_COMPUTATIONS, settings.MOST_WAITERS = 2, 1


@pytest.fixture
def all_compute() -> Iterator[ExitStack]:
    """No place is free for who computes, until it is closed."""
    with ExitStack() as stack:
        for _ in range(2):
            stack.enter_context(computing(patience=0))
        yield stack


def test_as_many_compute_at_once_as_the_settings_say() -> None:
    with (
        computing(patience=0),
        computing(patience=0),
        pytest.raises(Overloaded, match="computed"),
        computing(patience=0),
    ):
        pass
    with computing(patience=0):
        assert admission.computations().highest == 2


def test_a_place_is_free_again_after_an_error() -> None:
    for _ in range(3):
        with pytest.raises(LookupError), computing(patience=0):
            raise LookupError
    assert admission.computations().holders == 0


def test_who_has_patience_gets_a_place_when_one_is_free(all_compute: ExitStack) -> None:
    got = []

    def compute() -> None:
        with computing(patience=SOON):
            got.append(admission.waiters().holders)
        connection.close()

    thread = Thread(target=compute)
    thread.start()
    deadline = monotonic() + SOON
    while not admission.waiters().holders and monotonic() < deadline:
        thread.join(0.001)
    all_compute.close()
    thread.join(SOON)
    # It waits no longer while it computes, so that somebody else can.
    assert got == [0]


def test_patience_ends(all_compute: ExitStack) -> None:
    with pytest.raises(Overloaded), computing(patience=0.01):
        pass
    assert admission.waiters().holders == 0


def test_waiting_for_a_place_to_compute_is_waiting(all_compute: ExitStack) -> None:
    with waiting(), pytest.raises(Overloaded, match="wait"), computing(patience=SOON):
        pass


def test_as_many_wait_as_the_settings_say() -> None:
    with waiting(), pytest.raises(Overloaded, match="wait"), waiting():
        pass
    with waiting():
        pass


def test_who_waits_does_not_keep_others_from_computing() -> None:
    with waiting(), computing(patience=0), computing(patience=0):
        pass


def test_overload_says_when_to_come_back() -> None:
    with waiting(), pytest.raises(Overloaded) as caught, waiting():
        pass
    assert caught.value.retry_after > 0


@pytest.mark.django_db(transaction=True)
def test_who_waits_holds_no_database_connection() -> None:
    connection.ensure_connection()
    with waiting():
        assert connection.connection is None


@pytest.mark.django_db(transaction=True)
def test_who_computes_at_once_keeps_the_database_connection() -> None:
    connection.ensure_connection()
    with computing(patience=1):
        assert connection.connection is not None


@pytest.mark.django_db(transaction=True)
def test_a_transaction_is_not_ended_by_waiting() -> None:
    with transaction.atomic(), waiting():
        assert not League.objects.exists()
