"""Who may share an answer with whom, within one process."""

from __future__ import annotations

from threading import Thread

import pytest

from predictions.cache.flights import Boarding, Flights

KEY = "key"


@pytest.fixture
def flights() -> Flights[str]:
    return Flights()


def test_the_first_leads_and_those_who_come_meanwhile_join(flights: Flights[str]) -> None:
    leader, follower = flights.board(KEY), flights.board(KEY)
    assert leader.leads
    assert not follower.leads
    assert follower.flight is leader.flight


def test_another_key_is_another_flight(flights: Flights[str]) -> None:
    assert flights.board(KEY).leads
    assert flights.board("another").leads


def test_who_comes_after_the_landing_leads_anew(flights: Flights[str]) -> None:
    first = flights.board(KEY)
    flights.land(first.flight, answer="answer", vouched=1)
    second = flights.board(KEY)
    assert second.leads
    assert second.flight is not first.flight


def lead(flights: Flights[str]) -> tuple[Boarding[str], Boarding[str], Boarding[str], Boarding[str]]:
    """A leader, and followers who come before anything is sent, after the claim was, and after the fill was."""
    leader, at_first = flights.board(KEY), flights.board(KEY)
    flights.sending([leader.flight])
    after_claim = flights.board(KEY)
    flights.sending([leader.flight])
    return leader, at_first, after_claim, flights.board(KEY)


def test_an_answer_is_shared_with_those_who_came_before_what_vouches_for_it_was_sent(flights: Flights[str]) -> None:
    leader, at_first, after_claim, after_fill = lead(flights)
    flights.land(leader.flight, answer="filled", vouched=2)
    assert [each.answer() for each in (at_first, after_claim, after_fill)] == ["filled", "filled", None]


def test_an_answer_whose_fill_was_refused_is_shared_with_those_only_who_came_before_anything_was_read(
    flights: Flights[str],
) -> None:
    leader, at_first, after_claim, after_fill = lead(flights)
    flights.land(leader.flight, answer="refused", vouched=1)
    assert [each.answer() for each in (at_first, after_claim, after_fill)] == ["refused", None, None]


def test_an_answer_for_which_nothing_vouches_is_nobodys(flights: Flights[str]) -> None:
    leader, *followers = lead(flights)
    flights.land(leader.flight, answer="unvouched", vouched=0)
    assert [each.answer() for each in followers] == [None] * 3


def test_a_step_is_numbered_for_the_flights_it_is_sent_for_only(flights: Flights[str]) -> None:
    here, there = flights.board(KEY), flights.board("another")
    flights.sending([here.flight])
    assert (here.flight.sent, there.flight.sent) == (1, 0)
    flights.sending([here.flight, there.flight])
    assert (here.flight.sent, there.flight.sent) == (2, 1)


def test_an_error_is_raised_for_all_who_wait(flights: Flights[str]) -> None:
    leader, *followers = lead(flights)
    flights.land(leader.flight, error=LookupError("no model"))
    for follower in followers:
        with pytest.raises(LookupError, match="no model"):
            follower.answer()


def test_who_works_alone_is_joined_by_nobody_and_takes_nobodys_flight(flights: Flights[str]) -> None:
    leader = flights.board(KEY)
    alone = flights.alone(KEY)
    assert alone.leads
    assert flights.board(KEY).flight is leader.flight
    flights.land(alone.flight, answer="mine", vouched=1)
    assert flights.board(KEY).flight is leader.flight


def test_followers_wait_until_it_has_landed(flights: Flights[str]) -> None:
    leader, follower = flights.board(KEY), flights.board(KEY)
    flights.sending([leader.flight])
    got: list[str | None] = []

    def follow() -> None:
        assert follower.flight.landed.wait(20)
        got.append(follower.answer())

    thread = Thread(target=follow)
    thread.start()
    assert not follower.flight.landed.is_set()
    flights.land(leader.flight, answer="answer", vouched=1)
    thread.join(20)
    assert got == ["answer"]


def test_nothing_is_kept_of_a_flight_that_has_landed(flights: Flights[str]) -> None:
    for number in range(100):
        flights.land(flights.board(str(number)).flight, answer="answer", vouched=1)
    assert not flights._flying
