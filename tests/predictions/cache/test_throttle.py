"""Who is charged, how much, and when it is too much."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connections
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from redis import Redis

from predictions.cache import keys, throttle
from predictions.cache.admission import Overloaded
from predictions.cache.gate import gate
from predictions.cache.throttle import Fare, Throttled, Toll
from tests.integration.servers import RedisServer
from tests.predictions.cache.conftest import NOW
from tests.predictions.conftest import RoundTrips, fill_up

TOLL = Toll("key:1", per_minute=60)
KEY = keys.toll("key:1")


def passes(units: int = 1, *, at: float = NOW, toll: Toll = TOLL) -> bool:
    try:
        throttle.charge(toll, units, now=at)
    except Throttled:
        return False
    return True


def seconds_to_wait(units: int = 1, *, at: float = NOW) -> int:
    with pytest.raises(Throttled) as caught:
        throttle.charge(TOLL, units, now=at)
    return caught.value.retry_after


@pytest.fixture
def client(empty_cache: Any) -> Redis:
    client: Redis = empty_cache.client.get_client(write=True)
    return client


def test_a_minutes_worth_passes_at_once_and_no_more() -> None:
    assert [passes() for _ in range(62)] == [True] * 60 + [False] * 2


def test_what_is_refused_is_not_charged() -> None:
    passes(59)
    assert not passes(2)
    assert passes(1)


def test_with_the_time_more_passes() -> None:
    passes(60)
    assert not passes(at=NOW + 0.9)
    assert passes(at=NOW + 1)
    assert not passes(at=NOW + 1.9)
    assert passes(10, at=NOW + 11)


def test_who_has_rested_has_a_minutes_worth_and_never_more() -> None:
    passes(60)
    assert [passes(30, at=NOW + 3600) for _ in range(3)] == [True, True, False]


@pytest.mark.parametrize(("units", "seconds"), [(1, 1), (5, 5), (60, 60)])
def test_who_is_refused_is_told_when_the_same_would_pass(units: int, seconds: int) -> None:
    passes(60)
    assert seconds_to_wait(units) == seconds
    assert not passes(units, at=NOW + seconds - 0.001)
    assert passes(units, at=NOW + seconds)


def test_the_time_to_wait_is_a_second_at_least() -> None:
    passes(60)
    assert seconds_to_wait(at=NOW + 0.99) == 1


def test_what_is_more_than_a_minutes_worth_passes_when_nothing_is_owed_and_is_owed_then() -> None:
    passes(20)
    assert seconds_to_wait(500) == 20
    assert passes(500, at=NOW + 20)
    assert not passes(at=NOW + 460)
    assert passes(at=NOW + 461)


def test_each_consumer_pays_for_itself() -> None:
    passes(60)
    assert passes(60, toll=Toll("key:2", 60))


def test_what_is_given_back_can_be_spent_again() -> None:
    passes(60)
    throttle.charge(TOLL, -2, now=NOW)
    assert [passes() for _ in range(3)] == [True, True, False]


def test_more_than_was_paid_can_not_be_given_back() -> None:
    passes(1)
    throttle.charge(TOLL, -100, now=NOW)
    assert [passes(60), passes()] == [True, False]


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    # All of it in whole seconds, lest an account that is nearly settled expire while the test is held up.
    st.sampled_from([1, 2, 3, 10, 60]),
    st.lists(st.tuples(st.integers(0, 90), st.integers(1, 30)), max_size=20),
)
def test_what_passes_is_what_a_bucket_would_hold_that_is_filled_drop_by_drop(
    empty_cache: Any, per_minute: int, steps: list[tuple[int, int]]
) -> None:
    """The other description of the same algorithm: in no span of time more than a minute's worth and what it brings."""
    empty_cache.clear()
    toll, now, seconds_left = Toll("key:1", per_minute), NOW, 60
    for pause, units in steps:
        now += pause
        seconds_left = min(60, seconds_left + pause)
        cost = units * 60 // per_minute
        fits = cost <= seconds_left or seconds_left == 60
        assert passes(units, at=now, toll=toll) is fits
        seconds_left -= cost if fits else 0


def test_of_many_at_once_exactly_a_minutes_worth_passes() -> None:
    def ask(number: int) -> bool:
        try:
            return passes()
        finally:
            # A connection to Redis that is new catches up with what the database says it has missed.
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(ask, range(200))) == 60


def test_it_is_one_round_trip(round_trips: RoundTrips) -> None:
    passes()
    assert round_trips.count == 1


def test_nothing_is_left_of_who_owes_nothing(client: Redis) -> None:
    passes(10)
    assert 9_000 < client.pttl(KEY) <= 10_000
    throttle.charge(TOLL, -10, now=NOW)
    assert client.exists(KEY) == 0


@pytest.mark.parametrize("value", [b"", b"nonsense", b"-5", b"1e3"])
def test_a_damaged_account_owes_nothing(client: Redis, value: bytes) -> None:
    client.set(KEY, value)
    assert [passes(60), passes()] == [True, False]


def test_an_account_of_another_type_owes_nothing(client: Redis) -> None:
    client.rpush(KEY, "a list")
    assert [passes(60), passes()] == [True, False]


def test_a_clock_that_goes_back_gives_nothing_away() -> None:
    passes(60)
    assert not passes(at=NOW - 10)


@pytest.mark.usefixtures("redis_away")
def test_while_redis_is_away_nobody_is_charged() -> None:
    assert passes(1000)
    assert passes(1000)


def test_while_redis_is_not_to_be_read_it_is_not_asked(round_trips: RoundTrips) -> None:
    gate.owe(True)
    assert passes(1000)
    assert round_trips.count == 0


def test_a_full_redis_charges_nobody_and_still_refuses_who_owes(own_server: RedisServer) -> None:
    passes(60)
    with own_server.client:
        fill_up(own_server)
    assert not passes()
    assert passes(60, toll=Toll("key:2", 60))
    assert passes(60, toll=Toll("key:2", 60))


@pytest.mark.parametrize("per_minute", [0, -1])
def test_a_toll_of_nothing_is_none(per_minute: int) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        Toll("key:1", per_minute)


def test_who_is_throttled_is_overloaded_as_far_as_others_are_concerned() -> None:
    error = Throttled(TOLL, 2_500_000)
    assert isinstance(error, Overloaded)
    assert error.retry_after == 3
    assert "60" in str(error)


class TestFare:
    """`results` are what Redis answers to its calls."""

    def test_without_a_toll_all_is_free(self, round_trips: RoundTrips) -> None:
        fare = Fare(None, 1000)
        assert fare.calls(NOW) == []
        fare.take([])
        fare.check()
        fare.settle(1000, now=NOW)
        assert round_trips.count == 0

    def test_the_most_is_charged_once(self) -> None:
        fare = Fare(TOLL, 5)
        assert [call.arguments[-1] for call in fare.calls(NOW)] == [5]
        assert fare.calls(NOW) == []

    def test_what_was_charged_is_settled_without_a_word(self, round_trips: RoundTrips) -> None:
        fare = Fare(TOLL, 5)
        fare.calls(NOW)
        fare.take([0])
        fare.settle(5, now=NOW)
        assert round_trips.count == 0

    @pytest.mark.parametrize("units", [0, 3])
    def test_what_it_did_not_come_to_is_given_back(self, units: int) -> None:
        passes(57)
        fare = Fare(TOLL, 5)
        passes(3)
        fare.take([0])
        fare.settle(units, now=NOW)
        assert [passes(5 - units), passes()] == [True, False]

    def test_once_settled_only_what_comes_on_top_is_charged(self, round_trips: RoundTrips) -> None:
        fare = Fare(TOLL, 2)
        fare.take([0])
        fare.settle(2, now=NOW)
        fare.settle(0, now=NOW)
        assert round_trips.count == 0
        fare.settle(1, now=NOW)
        assert [passes(59), passes()] == [True, False]

    def test_who_was_refused_the_most_is_refused_it_without_being_asked_again(self, round_trips: RoundTrips) -> None:
        fare = Fare(TOLL, 5)
        fare.take([2_000_000])
        with pytest.raises(Throttled) as caught:
            fare.settle(5, now=NOW)
        assert caught.value.retry_after == 2
        assert round_trips.count == 0

    def test_who_was_refused_the_most_may_have_the_means_for_less(self) -> None:
        passes(57)
        fare = Fare(TOLL, 5)
        fare.take([2_000_000])
        fare.settle(3, now=NOW)
        assert not passes()

    def test_who_was_refused_and_needs_nothing_pays_nothing(self, round_trips: RoundTrips) -> None:
        fare = Fare(TOLL, 5)
        fare.take([2_000_000])
        fare.settle(0, now=NOW)
        assert round_trips.count == 0

    def test_where_nothing_can_be_charged_all_is_free(self, round_trips: RoundTrips) -> None:
        fare = Fare(TOLL, 5)
        fare.take([ConnectionError()])
        fare.settle(5, now=NOW)
        assert round_trips.count == 0
