"""A real Valkey: bounded, without TCP, reached by its owner alone."""

from __future__ import annotations

import os
import signal
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis

from predictor_site.embedded.process import StartError
from predictor_site.embedded.valkey import ValkeyServer, answers
from tests.predictor_site.processes import eventually


@pytest.fixture
def folder() -> Iterator[Path]:
    """With a shorter path than pytest's own, for the sake of the socket."""
    with tempfile.TemporaryDirectory(prefix="predictor-valkey-") as path:
        yield Path(path)


@pytest.fixture
def server(folder: Path) -> Iterator[ValkeyServer]:
    server = ValkeyServer(folder=folder, socket=folder / "valkey.sock")
    server.start()
    yield server
    server.stop()


@pytest.fixture
def client(server: ValkeyServer) -> Iterator[Redis]:
    with Redis.from_url(server.url, decode_responses=True) as client:
        yield client


def test_it_keeps_what_it_is_given(client: Redis) -> None:
    client.set("key", "value")
    assert client.get("key") == "value"


def test_its_memory_is_bounded_and_only_what_expires_is_evicted(client: Redis) -> None:
    assert client.config_get("maxmemory*")["maxmemory"] == str(256 * 1024 * 1024)
    assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "volatile-ttl"}


def test_it_writes_nothing_to_disk(client: Redis, folder: Path) -> None:
    client.set("key", "value")
    assert client.config_get("save") == {"save": ""}
    assert client.config_get("appendonly") == {"appendonly": "no"}
    assert {path.name for path in folder.iterdir()} == {"valkey.sock", "valkey.pid", "valkey.log"}


def test_it_has_no_tcp_port(client: Redis) -> None:
    assert client.info("server")["tcp_port"] == 0


def test_only_its_owner_may_use_the_socket(server: ValkeyServer) -> None:
    assert stat.S_IMODE(server.socket.stat().st_mode) == 0o700


def test_stopping_it_leaves_only_its_log(server: ValkeyServer, folder: Path) -> None:
    server.stop()
    assert not answers(server.socket)
    assert not server.running()
    assert [path.name for path in folder.iterdir()] == ["valkey.log"]


def test_it_starts_again_where_it_was_killed(server: ValkeyServer, client: Redis) -> None:
    os.kill(client.info("server")["process_id"], signal.SIGKILL)
    eventually(lambda: not server.running())
    assert server.socket.exists()
    server.start()
    assert client.ping()


def test_a_socket_that_cannot_be_made_is_one_clear_line(folder: Path) -> None:
    server = ValkeyServer(folder=folder, socket=folder / "missing" / "valkey.sock")
    with pytest.raises(StartError, match=r"^Valkey did not start: .*valkey\.log\)$"):
        server.start()
    assert not server.running()
