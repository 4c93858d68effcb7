from __future__ import annotations

import logging
import os
import signal
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import caches
from pytest_django import Settings
from redis import Redis
from redis.connection import AbstractConnection
from redis.exceptions import ConnectionError as Broken

from predictions.cache import keys
from predictions.cache.counting import Layer, Outcome, flushing
from predictions.cache.counting.flushing import KEPT_SECONDS, MOST_MINUTES, Flusher
from predictor_site.embedded.valkey import ValkeyServer
from tests.predictions.conftest import RoundTrips

P = Layer.PREDICTION
MINUTE = 30_000_000
NOW = MINUTE * 60.0
HITS = b"n:prediction:hit:en.1"


@pytest.fixture
def flusher() -> Flusher:
    return Flusher()


def hit(flusher: Flusher, n: int = 1) -> None:
    flusher.collector.count(P, Outcome.HIT, "en.1", n=n)


def stored(minute: int = MINUTE) -> dict[bytes, bytes]:
    cache: Any = caches["predictions"]
    found: dict[bytes, bytes] = cache.client.get_client().hgetall(cache.make_key(keys.counts(minute)))
    return found


@pytest.fixture
def server(settings: Settings) -> Iterator[ValkeyServer]:
    """A server that may be stopped, at which the cache is pointed."""
    with tempfile.TemporaryDirectory(prefix="predictor-", dir="/tmp") as name:
        server = ValkeyServer(folder=Path(name), socket=Path(name) / "valkey.sock")
        server.start()
        config = {**settings.CACHES["predictions"], "LOCATION": server.url}
        config["OPTIONS"] = {**config["OPTIONS"], "SOCKET_TIMEOUT": 0.2, "SOCKET_CONNECT_TIMEOUT": 0.2}
        settings.CACHES = {**settings.CACHES, "predictions": config}
        yield server
        server.stop()


@pytest.fixture
def redis(server: ValkeyServer) -> Iterator[Redis]:
    """The server's administrator."""
    with Redis(unix_socket_path=str(server.socket)) as admin:
        yield admin


def test_counts_go_to_the_hash_of_their_minute(flusher: Flusher) -> None:
    hit(flusher, 3)
    flusher.collector.count(P, Outcome.MISS, seconds=0.003)

    assert flusher.flush(now=NOW + 59.9)

    assert stored() == {HITS: b"3", b"n:prediction:miss:": b"1", b"t:prediction:miss:12": b"1"}


def test_processes_add_to_the_same_hash() -> None:
    for flusher in (Flusher(), Flusher()):
        hit(flusher, 2)
        flusher.flush(now=NOW)

    assert stored()[HITS] == b"4"


def test_each_count_is_sent_once(flusher: Flusher) -> None:
    hit(flusher)
    flusher.flush(now=NOW)
    flusher.flush(now=NOW + 1)
    hit(flusher)
    flusher.flush(now=NOW + 2)

    assert stored()[HITS] == b"2"


def test_minutes_are_kept_for_a_day_and_an_hour(flusher: Flusher, empty_cache: Any) -> None:
    hit(flusher)
    flusher.flush(now=NOW)

    ttl = empty_cache.client.get_client().ttl(empty_cache.make_key(keys.counts(MINUTE)))
    assert KEPT_SECONDS - 5 <= ttl <= KEPT_SECONDS == 25 * 3600


def test_a_flush_is_one_round_trip_and_none_when_nothing_was_counted(flusher: Flusher, round_trips: RoundTrips) -> None:
    for outcome in Outcome:
        flusher.collector.count(P, outcome, "en.1", 0.001)
    flusher.flush(now=NOW)
    assert round_trips.count == 1

    flusher.flush(now=NOW + 1)
    assert round_trips.count == 1


def test_a_prefix_comes_before_the_key(flusher: Flusher, settings: Settings) -> None:
    config = {**settings.CACHES["predictions"], "KEY_PREFIX": "site"}
    settings.CACHES = {**settings.CACHES, "predictions": config}
    hit(flusher)
    flusher.flush(now=NOW)

    client = caches["predictions"].client.get_client()  # type: ignore[attr-defined]
    assert client.exists(f"site:counts:{{{MINUTE}}}")


def test_while_redis_is_away_counts_wait_in_their_minute(
    flusher: Flusher, redis_away: None, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    away = settings.CACHES
    for second in (0, 1):
        hit(flusher)
        assert not flusher.flush(now=NOW + second)
    hit(flusher, 3)
    assert not flusher.flush(now=NOW + 60)

    settings.CACHES = {**away, "predictions": away["default"]}
    assert flusher.flush(now=NOW + 600)

    assert (stored(MINUTE)[HITS], stored(MINUTE + 1)[HITS], stored(MINUTE + 10)) == (b"2", b"3", {})


def test_an_outage_is_two_lines_in_the_log(
    flusher: Flusher, redis_away: None, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    away = settings.CACHES
    for second in range(3):
        hit(flusher)
        flusher.flush(now=NOW + second)
    settings.CACHES = {**away, "predictions": away["default"]}
    flusher.flush(now=NOW + 3)
    flusher.flush(now=NOW + 4)

    assert [record.getMessage() for record in caplog.records] == [
        "Counts wait in the process, since Redis can't be reached (ConnectionError).",
        "Counts reach Redis again.",
    ]


def test_a_long_outage_takes_bounded_memory_and_loses_nothing(
    flusher: Flusher, redis_away: None, settings: Settings
) -> None:
    away = settings.CACHES
    for minute in range(MOST_MINUTES + 20):
        hit(flusher)
        flusher.flush(now=NOW + 60 * minute)
        assert len(flusher._pending) <= MOST_MINUTES
    settings.CACHES = {**away, "predictions": away["default"]}
    flusher.flush(now=NOW + 60 * (MOST_MINUTES + 19))

    assert stored(MINUTE + 19) == {}
    assert stored(MINUTE + 20)[HITS] == b"21"
    assert sum(int(stored(MINUTE + n).get(HITS, 0)) for n in range(MOST_MINUTES + 20)) == MOST_MINUTES + 20


def test_a_hung_redis_counts_nothing_twice_when_it_wakes(flusher: Flusher, server: ValkeyServer, redis: Redis) -> None:
    hit(flusher)
    assert flusher.flush(now=NOW)
    pid = redis.info("server")["process_id"]
    os.kill(pid, signal.SIGSTOP)
    try:
        hit(flusher, 10)
        # Sent, and no reply: it may be executed yet.
        assert not flusher.flush(now=NOW + 1)
        hit(flusher, 100)
        assert not flusher.flush(now=NOW + 2)
    finally:
        os.kill(pid, signal.SIGCONT)
    assert flusher.flush(now=NOW + 3)

    assert stored()[HITS] == b"111"


def test_a_reply_that_is_lost_is_not_made_up_for(
    flusher: Flusher, monkeypatch: pytest.MonkeyPatch, server: ValkeyServer
) -> None:
    """The server executes the flush and the connection breaks before a word of it is heard."""
    hit(flusher)
    flusher.flush(now=NOW)
    read = AbstractConnection.read_response

    def broken(self: AbstractConnection, *args: Any, **kwargs: Any) -> Any:
        read(self, *args, **kwargs)
        self.disconnect()  # type: ignore[no-untyped-call]
        raise Broken

    hit(flusher, 10)
    with monkeypatch.context() as patched:
        patched.setattr(AbstractConnection, "read_response", broken)
        assert not flusher.flush(now=NOW + 1)
    assert flusher.flush(now=NOW + 2)

    assert stored()[HITS] == b"11"


def test_a_restarted_redis_gets_what_is_counted_from_then_on(flusher: Flusher, server: ValkeyServer) -> None:
    hit(flusher)
    flusher.flush(now=NOW)
    server.stop()
    hit(flusher, 10)
    assert not flusher.flush(now=NOW + 1)
    server.start()

    assert flusher.flush(now=NOW + 2)
    assert stored()[HITS] == b"10"


def test_a_full_redis_is_tried_again(flusher: Flusher, redis: Redis) -> None:
    redis.config_set("maxmemory-policy", "noeviction")
    redis.config_set("maxmemory", 1)
    hit(flusher)
    assert not flusher.flush(now=NOW)
    redis.config_set("maxmemory", 0)

    assert flusher.flush(now=NOW + 1)
    assert stored()[HITS] == b"1"


def test_a_replica_is_tried_again(flusher: Flusher, redis: Redis) -> None:
    redis.replicaof("127.0.0.1", 1)
    hit(flusher)
    assert not flusher.flush(now=NOW)
    redis.replicaof("NO", "ONE")

    assert flusher.flush(now=NOW + 1)
    assert stored()[HITS] == b"1"


def test_somebody_elses_value_in_the_way_is_an_error_and_stays(
    flusher: Flusher, empty_cache: Any, caplog: pytest.LogCaptureFixture
) -> None:
    client = empty_cache.client.get_client()
    client.set(keys.counts(MINUTE), b"x")
    hit(flusher)

    assert not flusher.flush(now=NOW)
    assert "Some counts were lost" in caplog.text
    hit(flusher)
    assert flusher.flush(now=NOW + 60)
    assert stored(MINUTE + 1)[HITS] == b"1"


def test_an_address_that_is_none_keeps_the_counts(flusher: Flusher, settings: Settings) -> None:
    right = settings.CACHES
    config = {**right["predictions"], "LOCATION": "http://localhost/"}
    settings.CACHES = {**right, "predictions": config}
    hit(flusher)
    assert not flusher.flush(now=NOW)

    settings.CACHES = right
    assert flusher.flush(now=NOW)
    assert stored()[HITS] == b"1"


def test_its_thread_flushes_by_itself_and_is_started_once(flusher: Flusher, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flushing, "FLUSH_SECONDS", 0.01)
    flushed = threading.Event()
    monkeypatch.setattr(flusher, "flush", flushed.set)

    flusher.start()
    thread = flusher._thread
    flusher.start()

    assert flushed.wait(10)
    assert thread is not None
    assert flusher._thread is thread
    assert thread.daemon
    flusher._end()
    thread.join(10)
    assert not thread.is_alive()


def test_its_thread_survives_what_nobody_foresaw(
    flusher: Flusher, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(flushing, "FLUSH_SECONDS", 0.01)
    twice = threading.Semaphore(0)

    def fail() -> None:
        twice.release()
        raise ArithmeticError

    monkeypatch.setattr(flusher, "flush", fail)
    with caplog.at_level(logging.CRITICAL):
        flusher.start()
        assert twice.acquire(timeout=10)
        assert twice.acquire(timeout=10)
    monkeypatch.setattr(flusher, "flush", lambda: True)
    flusher._end()
    assert flusher._thread is not None
    flusher._thread.join(10)
