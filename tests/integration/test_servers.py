"""A Redis under control does what a Redis in trouble does."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import OutOfMemoryError, ReadOnlyError
from redis.exceptions import TimeoutError as RedisTimeoutError
from redis.retry import Retry

from tests.integration.servers import RedisServer, redis_server
from tests.predictor_site.processes import alive


@pytest.fixture(params=[False, True], ids=["socket", "tcp"])
def server(request: pytest.FixtureRequest) -> Iterator[RedisServer]:
    with redis_server(tcp=request.param) as server:
        yield server


@pytest.fixture
def client(server: RedisServer) -> Iterator[Redis]:
    with Redis.from_url(server.url, socket_timeout=0.2, retry=Retry(NoBackoff(), 1), decode_responses=True) as client:
        yield client


def test_a_killed_one_refuses_and_comes_back_empty_at_the_same_address(server: RedisServer, client: Redis) -> None:
    client.set("key", "value")
    before = server.run_id
    server.kill()
    with pytest.raises(RedisConnectionError):
        client.get("key")
    server.start()
    assert client.get("key") is None
    assert server.run_id != before


def test_a_restarted_one_is_empty_and_another(server: RedisServer, client: Redis) -> None:
    client.set("key", "value")
    before = server.run_id
    server.restart_empty()
    assert client.get("key") is None
    assert server.run_id != before


def test_a_paused_one_takes_connections_and_answers_nothing_until_it_is_resumed(
    server: RedisServer, client: Redis
) -> None:
    client.set("key", "value")
    server.pause()
    with pytest.raises(RedisTimeoutError):
        client.get("key")
    server.resume()
    assert client.get("key") == "value"


def test_a_snapshot_brings_back_what_was_and_nothing_newer(server: RedisServer, client: Redis) -> None:
    client.set("key", "old")
    snapshot = server.snapshot()
    client.mset({"key": "new", "other": "new"})
    before = server.run_id
    server.restart_from(snapshot)
    assert client.mget("key", "other") == ["old", None]
    assert server.run_id != before
    server.restart_empty()
    assert client.dbsize() == 0


def test_snapshots_are_kept_apart(server: RedisServer, client: Redis) -> None:
    snapshots = []
    for value in ("first", "second"):
        client.set("key", value)
        snapshots.append(server.snapshot())
    for snapshot, value in zip(snapshots, ("first", "second"), strict=True):
        server.restart_from(snapshot)
        assert client.get("key") == value


def test_one_that_refuses_writes_goes_on_serving_reads(server: RedisServer, client: Redis) -> None:
    client.set("key", "value")
    server.refuse_writes()
    with pytest.raises(ReadOnlyError):
        client.set("key", "other")
    assert client.get("key") == "value"
    server.accept_writes()
    client.set("key", "other")
    assert client.get("key") == "other"


def test_a_full_one_refuses_what_needs_memory(server: RedisServer, client: Redis) -> None:
    client.set("key", "value")
    server.config_set(maxmemory_policy="noeviction", maxmemory="1")
    with pytest.raises(OutOfMemoryError):
        client.set("other", "value")
    assert client.get("key") == "value"
    assert client.delete("key") == 1


def test_options_are_the_servers_own() -> None:
    with redis_server(maxmemory="5mb", maxmemory_policy="allkeys-lru") as server, server.client as client:
        found = client.config_get("maxmemory*")
        assert (found["maxmemory"], found["maxmemory-policy"]) == ("5242880", "allkeys-lru")


@pytest.mark.parametrize("trouble", ["", "pause", "kill"])
def test_nothing_is_left_of_it(trouble: str) -> None:
    with redis_server() as server, server.client as client:
        pid = client.info("server")["process_id"]
        assert alive(pid)
        if trouble:
            getattr(server, trouble)()
    assert not alive(pid)
    assert not server.folder.exists()


def test_only_its_owner_reaches_it() -> None:
    with redis_server() as server:
        assert stat.S_IMODE(os.stat(server.folder).st_mode) == 0o700
        assert isinstance(server.socket, Path)
