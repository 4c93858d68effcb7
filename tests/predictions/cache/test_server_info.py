from __future__ import annotations

from typing import Any

import pytest

from predictions.cache.server_info import Command, Memory, Server, Traffic, advice, commands, warnings


def test_valkey_is_called_by_its_own_name_and_version() -> None:
    info = {"redis_version": "7.2.4", "server_name": "valkey", "valkey_version": "9.1.2", "server_mode": "standalone"}

    server = Server.of(info)

    assert (server.name, server.version, server.mode) == ("valkey", "9.1.2", "standalone")


def test_an_early_valkey_names_itself_by_its_version_alone() -> None:
    assert Server.of({"redis_version": "7.2.4", "valkey_version": "7.2.5"}).name == "valkey"


def test_redis_is_called_redis() -> None:
    server = Server.of({"redis_version": "7.0.15", "redis_mode": "cluster"})

    assert (server.name, server.version, server.mode) == ("redis", "7.0.15", "cluster")


def test_what_a_server_hides_is_none() -> None:
    assert Server.of({}) == Server("redis", None, None, None, None, None)
    assert Memory.of({}) == Memory(None, None, None, None, None)
    assert Traffic.of({}) == Traffic(None, None, None, None, None, None, None)
    assert commands({}) == {}
    assert list(warnings({})) == list(advice({})) == []


def test_memory_is_measured_against_its_limit() -> None:
    assert Memory.of({"used_memory": 50, "maxmemory": 200}).used_percent == 25.0
    assert Memory.of({"used_memory": 0, "maxmemory": 200}).used_percent == 0.0


def test_without_a_limit_there_is_no_share_of_it() -> None:
    memory = Memory.of({"used_memory": 50, "maxmemory": 0})

    assert (memory.limit_bytes, memory.used_percent) == (0, None)


def test_the_hit_rate_is_hits_over_look_ups() -> None:
    assert Traffic.of({"keyspace_hits": 3, "keyspace_misses": 1}).hit_rate_percent == 75.0
    assert Traffic.of({"keyspace_hits": 0, "keyspace_misses": 1}).hit_rate_percent == 0.0


def test_before_the_first_look_up_there_is_no_hit_rate() -> None:
    assert Traffic.of({"keyspace_hits": 0, "keyspace_misses": 0}).hit_rate_percent is None


def test_before_redis_7_commands_have_no_percentiles() -> None:
    info = {"cmdstat_get": {"calls": 4, "usec": 8, "usec_per_call": 2.0}}

    assert commands(info) == {"get": Command(4, 2.0, None)}


@pytest.mark.parametrize(
    ("info", "word"),
    [
        ({"loading": 1}, "loading"),
        ({"rdb_last_bgsave_status": "err"}, "snapshot"),
        ({"aof_last_write_status": "err"}, "aof_last_write_status"),
        ({"aof_last_bgrewrite_status": "err"}, "aof_last_bgrewrite_status"),
        ({"role": "slave", "master_link_status": "up"}, "replica"),
        ({"role": "slave", "master_link_status": "down"}, "down"),
        ({"evicted_keys": 7}, "7 keys"),
        ({"rejected_connections": 2}, "maxclients"),
    ],
)
def test_what_is_wrong_is_a_warning(info: dict[str, Any], word: str) -> None:
    [warning] = warnings(info)

    assert word in warning


def test_a_healthy_server_gives_no_warning() -> None:
    info = {"loading": 0, "rdb_last_bgsave_status": "ok", "aof_last_write_status": "ok", "role": "master"}

    assert list(warnings(info | {"evicted_keys": 0, "rejected_connections": 0})) == []


@pytest.mark.parametrize(
    ("info", "word"),
    [
        ({"maxmemory": 0}, "set maxmemory"),
        ({"maxmemory_policy": "noeviction"}, "nothing new is cached"),
        ({"maxmemory_policy": "allkeys-lru"}, "unknown ids"),
        ({"mem_fragmentation_ratio": 2.0, "used_memory": 2**30}, "activedefrag"),
    ],
)
def test_what_to_set_otherwise_is_advised(info: dict[str, Any], word: str) -> None:
    [line] = advice(info)

    assert word in line


def test_a_server_set_as_recommended_needs_no_advice() -> None:
    info = {"maxmemory": 2**28, "maxmemory_policy": "volatile-ttl", "mem_fragmentation_ratio": 9.0, "used_memory": 900}

    assert list(advice(info)) == []
