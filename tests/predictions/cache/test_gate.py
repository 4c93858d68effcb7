"""Whether Redis may be read, and what counts as an outage. The errors come from real servers and sockets."""

from __future__ import annotations

import logging
import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pytest_django import Settings
from redis import ConnectionPool, Redis
from redis import exceptions as redis_errors
from redis.backoff import NoBackoff
from redis.retry import Retry

from predictions.cache.breaker import State
from predictions.cache.gate import Gate, GateClosed, is_outage

NEVER_AGAIN = Retry(NoBackoff(), 0)


@pytest.fixture
def gate(settings: Settings) -> Gate:
    settings.BREAKER_FAILURES, settings.BREAKER_SECONDS = 2, 3600.0
    return Gate()


@pytest.fixture
def client(empty_cache: Any) -> Redis:
    """That of the service, whose server is real."""
    client: Redis = empty_cache.client.get_client(write=True)
    return client


@pytest.fixture
def nobody() -> Redis:
    return Redis(port=1, retry=NEVER_AGAIN)


@pytest.fixture
def silent() -> Iterator[Redis]:
    """Something that takes connections and says nothing, as a hung server does."""
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        Redis(port=server.getsockname()[1], socket_timeout=0.05, retry=NEVER_AGAIN) as client,
    ):
        yield client


def refused(client: Redis) -> object:
    """A call that the server answers with an error."""
    return client.get("a list") if client.lpush("a list", "x") else None


def attempt(gate: Gate, call: Callable[[], object]) -> None:
    """Make a call of which the error is of no interest here."""
    try:
        with gate.guard():
            call()
    except redis_errors.RedisError:
        pass


def test_it_is_open_at_first(gate: Gate) -> None:
    assert gate.allows()


def test_a_server_that_is_not_there_closes_it(gate: Gate, nobody: Redis) -> None:
    attempt(gate, nobody.ping)
    assert gate.allows()
    attempt(gate, nobody.ping)
    assert not gate.allows()


def test_a_server_that_hangs_closes_it(gate: Gate, silent: Redis) -> None:
    for _ in range(2):
        attempt(gate, silent.ping)
    assert not gate.allows()


def test_an_outage_is_raised_all_the_same(gate: Gate, nobody: Redis) -> None:
    with pytest.raises(redis_errors.ConnectionError), gate.guard():
        nobody.ping()


def test_a_refusal_is_raised_all_the_same(gate: Gate, client: Redis) -> None:
    with pytest.raises(redis_errors.ResponseError), gate.guard():
        refused(client)


def test_refusals_never_close_it(gate: Gate, client: Redis) -> None:
    for _ in range(5):
        attempt(gate, lambda: refused(client))
    assert gate.allows()


@pytest.mark.parametrize("call", [Redis.ping, refused])
def test_any_answer_ends_a_row_of_failures(
    gate: Gate, client: Redis, nobody: Redis, call: Callable[[Redis], object]
) -> None:
    attempt(gate, nobody.ping)
    attempt(gate, lambda: call(client))
    attempt(gate, nobody.ping)
    assert gate.allows()


def test_what_fails_on_our_side_says_nothing_of_redis(gate: Gate, client: Redis, nobody: Redis) -> None:
    attempt(gate, nobody.ping)
    attempt(gate, lambda: client.set("key", object()))  # type: ignore[arg-type]
    attempt(gate, nobody.ping)
    assert not gate.allows()


def test_an_answer_to_a_call_from_before_the_outage_does_not_open_it(gate: Gate, nobody: Redis) -> None:
    with gate.guard():
        for _ in range(2):
            attempt(gate, nobody.ping)
    assert gate.state is State.OPEN


def test_a_call_made_all_the_same_opens_it_by_working(gate: Gate, client: Redis, nobody: Redis) -> None:
    for _ in range(2):
        attempt(gate, nobody.ping)
    attempt(gate, client.ping)
    assert gate.allows()


def test_it_is_closed_while_a_purge_is_owed(gate: Gate, client: Redis) -> None:
    gate.owe(True)
    attempt(gate, client.ping)
    assert not gate.allows()
    gate.owe(False)
    assert gate.allows()


def test_a_purge_that_is_owed_uses_up_no_probe(settings: Settings, gate: Gate, nobody: Redis) -> None:
    settings.BREAKER_SECONDS = 1e-9
    for _ in range(2):
        attempt(gate, nobody.ping)
    gate.owe(True)
    assert not gate.allows()
    assert gate.state is State.OPEN


def test_what_is_passing_is_not_called_while_it_is_closed(gate: Gate) -> None:
    gate.owe(True)
    with pytest.raises(GateClosed), gate.passing():
        pytest.fail("It was called.")


def test_what_was_not_called_counts_as_no_failure(gate: Gate, client: Redis) -> None:
    gate.owe(True)
    for _ in range(5):
        with pytest.raises(GateClosed), gate.passing():
            client.ping()
    assert gate.state is State.CLOSED


def test_what_is_passing_tells_the_breaker(gate: Gate, nobody: Redis) -> None:
    for _ in range(2):
        with pytest.raises(redis_errors.ConnectionError), gate.passing():
            nobody.ping()
    assert gate.state is State.OPEN


def test_a_purge_that_is_owed_is_two_lines_in_the_log(gate: Gate, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG, logger="predictions"):
        for owed in (False, True, True, False, False):
            gate.owe(owed)
    assert [record.getMessage() for record in caplog.records] == [
        "A purge is owed: Redis is not read.",
        "No purge is owed: Redis is read.",
    ]


def test_a_reset_forgets_outages_and_purges(gate: Gate, nobody: Redis) -> None:
    for _ in range(2):
        attempt(gate, nobody.ping)
    gate.owe(True)
    gate.reset()
    assert gate.allows()


def test_our_own_pool_being_used_up_is_no_outage(client: Redis) -> None:
    pool = ConnectionPool(max_connections=1, **client.connection_pool.connection_kwargs)
    pool.connection_class = client.connection_pool.connection_class
    held = pool.get_connection()
    try:
        with pytest.raises(redis_errors.ConnectionError) as caught:
            pool.get_connection()
    finally:
        pool.release(held)
        pool.disconnect()
    assert not is_outage(caught.value)


@pytest.mark.parametrize(
    ("error", "outage"),
    [
        (redis_errors.ConnectionError, True),
        (redis_errors.TimeoutError, True),
        (redis_errors.BusyLoadingError, True),
        (redis_errors.AuthenticationError, True),
        (redis_errors.AuthorizationError, True),
        (redis_errors.InvalidResponse, True),
        (redis_errors.OutOfMemoryError, False),
        (redis_errors.ReadOnlyError, False),
        (redis_errors.NoPermissionError, False),
        (redis_errors.NoScriptError, False),
        (redis_errors.ResponseError, False),
        (redis_errors.DataError, False),
        (redis_errors.MaxConnectionsError, False),
        (ValueError, False),
    ],
)
def test_only_what_makes_redis_useless_is_an_outage(error: type[Exception], outage: bool) -> None:
    assert is_outage(error("…")) is outage
