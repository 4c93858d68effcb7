"""No connection is used before its server has made up for the purges that it has missed."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.cache import caches
from django.db import DatabaseError, connection
from pytest_django import Settings
from redis import Redis
from redis import exceptions as redis_errors
from redis.connection import AbstractConnection

from predictions.cache import connecting, keys
from predictions.cache.connecting import CatchUp, NotCaughtUp, Purge


@pytest.fixture
def client(empty_cache: Any) -> Iterator[Redis]:
    """The cache's own, in a process that has met no server yet; and again when the test is over."""
    client = empty_cache.client.get_client(write=True)
    client.connection_pool.disconnect()
    connecting.forget_server()
    yield client
    client.connection_pool.disconnect()
    connecting.forget_server()


@pytest.fixture
def catching_up(client: Redis) -> Iterator[Callable[[CatchUp], None]]:
    """Have new connections call this one."""
    former = connecting._catch_up
    yield connecting.catch_up_with
    connecting.catch_up_with(former)


def test_a_server_that_is_new_makes_up_for_what_it_has_missed(
    client: Redis, catching_up: Callable[[CatchUp], None]
) -> None:
    name = caches["predictions"].make_key(keys.generation(7))
    client.set(name, b"g" * 16)
    client.connection_pool.disconnect()
    connecting.forget_server()
    asked = []

    def catch_up(run_id: str, purge: Purge) -> None:
        asked.append(run_id)
        purge(range(2500))

    catching_up(catch_up)
    assert client.get(name) is None
    client.ping()
    assert asked == [client.info("server")["run_id"]]
    assert connecting.last_run_id() == asked[0]


def test_to_a_server_that_is_known_one_connects_again_without_asking_what_it_missed(
    client: Redis, catching_up: Callable[[CatchUp], None]
) -> None:
    """So that a hit over a new connection does not need the database."""
    asked: list[str] = []
    catching_up(lambda run_id, purge: asked.append(run_id))
    client.ping()
    client.connection_pool.disconnect()
    client.ping()
    assert len(asked) == 1


@pytest.mark.parametrize("error", [DatabaseError, RuntimeError, KeyboardInterrupt, NotCaughtUp])
def test_a_connection_that_has_not_caught_up_is_never_used(
    error: type[BaseException], client: Redis, catching_up: Callable[[CatchUp], None]
) -> None:
    """redis-py by itself would close it after errors of its own only."""

    def catch_up(run_id: str, purge: Purge) -> None:
        raise error

    catching_up(catch_up)
    for _ in range(2):
        with pytest.raises(error):
            client.ping()


def test_nothing_is_tried_twice_that_a_database_has_failed(
    client: Redis, catching_up: Callable[[CatchUp], None]
) -> None:
    """Each try may take as long as the database takes to fail."""
    tries = []

    def catch_up(run_id: str, purge: Purge) -> None:
        tries.append(run_id)
        raise NotCaughtUp

    catching_up(catch_up)
    with pytest.raises(NotCaughtUp):
        client.ping()
    assert len(tries) == 1


def test_before_the_apps_are_loaded_there_is_no_connection(
    client: Redis, catching_up: Callable[[CatchUp], None]
) -> None:
    catching_up(connecting._nobody_knows)
    with pytest.raises(NotCaughtUp, match="not loaded"):
        client.ping()


@pytest.fixture
def restricted(client: Redis, settings: Settings) -> Iterator[Callable[[str], None]]:
    """`restricted("-info")`: the cache's user may do everything but that."""

    def point(rule: str) -> None:
        client.acl_setuser("limited", enabled=True, passwords=["+pass"], keys=["*"], commands=["+@all", rule])
        config = settings.CACHES["predictions"]
        options = {**config["OPTIONS"], "USERNAME": "limited", "PASSWORD": "pass"}
        # One more parameter, since django-redis tells pools apart by their addresses alone.
        location = f"{config['LOCATION']}&client_name=limited"
        settings.CACHES = {**settings.CACHES, "predictions": {**config, "LOCATION": location, "OPTIONS": options}}

    yield point
    pool: Any = caches["predictions"].client.get_client().connection_pool  # type: ignore[attr-defined]
    pool.disconnect()
    client.acl_deluser("limited")


def test_a_server_that_does_not_say_which_it_is_can_not_be_used(restricted: Callable[[str], None]) -> None:
    restricted("-info")
    with pytest.raises(NotCaughtUp, match=r"ACL SETUSER <user> \+info"):
        caches["predictions"].get("key")


def test_a_server_that_refuses_what_it_has_missed_can_not_be_used(
    restricted: Callable[[str], None], catching_up: Callable[[CatchUp], None]
) -> None:
    restricted("-del")
    caches["predictions"].get("key")
    caches["predictions"].client.get_client().connection_pool.disconnect()  # type: ignore[attr-defined]
    connecting.forget_server()
    catching_up(lambda run_id, purge: purge([7]))
    with pytest.raises(NotCaughtUp, match="NoPermissionError"):
        caches["predictions"].get("key")


def test_a_server_that_hangs_costs_one_time_out(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    tries = []
    greet = connecting.greet

    def counted(connection: AbstractConnection) -> None:
        tries.append(connection)
        greet(connection)

    with socket.create_server(("127.0.0.1", 0)) as silent:
        config = settings.CACHES["predictions"]
        options = {**config["OPTIONS"], "SOCKET_TIMEOUT": 0.05}
        options["CONNECTION_POOL_KWARGS"] = {**options["CONNECTION_POOL_KWARGS"], "redis_connect_func": counted}
        config = {**config, "LOCATION": f"redis://127.0.0.1:{silent.getsockname()[1]}/0", "OPTIONS": options}
        settings.CACHES = {**settings.CACHES, "predictions": config}
        client = caches["predictions"].client.get_client()  # type: ignore[attr-defined]
        with pytest.raises(redis_errors.TimeoutError):
            client.ping()
    assert len(tries) == 1


def test_a_connection_that_the_server_has_closed_is_healed(client: Redis, settings: Settings) -> None:
    me = client.client_id()
    with Redis.from_url(settings.CACHES["predictions"]["LOCATION"]) as other:
        assert other.client_kill_filter(_id=str(me)) == 1
    assert client.ping()


@pytest.mark.django_db(transaction=True)
def test_while_the_database_is_away_redis_can_not_be_believed(client: Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(connection.settings_dict, "NAME", "no_such_database")
    connection.close()
    with pytest.raises(NotCaughtUp, match="database can't say"):
        client.ping()
    monkeypatch.undo()
    assert client.ping()
