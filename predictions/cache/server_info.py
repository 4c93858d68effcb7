"""What Redis or Valkey says of itself in INFO, and what an operator should make of it.

A figure that the server does not give, as managed ones hide some, is None.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

RECOMMENDED_POLICY = "volatile-ttl"
COMMANDS = ("get", "mget", "set", "del", "pexpire", "evalsha", "getrange", "scan", "ping")

# Fragmentation of a nearly empty Redis is high and means nothing.
_BYTES_WORTH_DEFRAGMENTING = 64 * 1024**2
_FRAGMENTED = 1.5

Info = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Server:
    name: str
    version: str | None
    mode: str | None
    role: str | None
    run_id: str | None
    uptime_seconds: int | None

    @classmethod
    def of(cls, info: Info) -> Server:
        # Valkey gives a redis_version too: the one it is compatible with.
        name = str(info.get("server_name") or ("valkey" if "valkey_version" in info else "redis"))
        return cls(
            name=name,
            version=info.get(f"{name}_version", info.get("redis_version")),
            mode=info.get("server_mode", info.get("redis_mode")),
            role=info.get("role"),
            run_id=info.get("run_id"),
            uptime_seconds=info.get("uptime_in_seconds"),
        )


@dataclass(frozen=True, slots=True)
class Memory:
    used_bytes: int | None
    limit_bytes: int | None
    """0: there is no limit."""
    used_percent: float | None
    policy: str | None
    fragmentation_ratio: float | None

    @classmethod
    def of(cls, info: Info) -> Memory:
        used, limit = info.get("used_memory"), info.get("maxmemory")
        return cls(
            used_bytes=used,
            limit_bytes=limit,
            used_percent=_percent(used, limit) if used is not None and limit else None,
            policy=info.get("maxmemory_policy"),
            fragmentation_ratio=info.get("mem_fragmentation_ratio"),
        )


@dataclass(frozen=True, slots=True)
class Traffic:
    """Counted by the server since it started, over all its databases and everybody who uses them."""

    hits: int | None
    misses: int | None
    hit_rate_percent: float | None
    evicted: int | None
    expired: int | None
    connected_clients: int | None
    rejected_connections: int | None

    @classmethod
    def of(cls, info: Info) -> Traffic:
        hits, misses = info.get("keyspace_hits"), info.get("keyspace_misses")
        looked_up = hits + misses if hits is not None and misses is not None else 0
        return cls(
            hits=hits,
            misses=misses,
            hit_rate_percent=_percent(hits, looked_up) if hits is not None and looked_up else None,
            evicted=info.get("evicted_keys"),
            expired=info.get("expired_keys"),
            connected_clients=info.get("connected_clients"),
            rejected_connections=info.get("rejected_connections"),
        )


@dataclass(frozen=True, slots=True)
class Command:
    """What a command costs inside the server, in microseconds, over everybody's calls."""

    calls: int
    mean_us: float
    p99_us: float | None
    """None before Redis 7."""


def commands(info: Info) -> dict[str, Command]:
    """Those of COMMANDS that have been called."""
    found = {}
    for name in COMMANDS:
        if stats := info.get(f"cmdstat_{name}"):
            percentiles = info.get(f"latency_percentiles_usec_{name}", {})
            found[name] = Command(stats["calls"], stats["usec_per_call"], percentiles.get("p99"))
    return found


def out_of_use(info: Info) -> Iterator[str]:
    """Why nothing new can be cached or purged there, if so."""
    if info.get("role") == "slave":
        yield "It is a replica, which refuses every write: point REDIS_URL at the primary."
    limit = info.get("maxmemory")
    if limit and info.get("maxmemory_policy") == "noeviction" and info.get("used_memory", 0) >= limit:
        yield "It is full and evicts nothing (noeviction): nothing new is cached."


def warnings(info: Info) -> Iterator[str]:
    """What is wrong with the server now."""
    if info.get("loading"):
        yield "It is still loading its data."
    if info.get("rdb_last_bgsave_status", "ok") != "ok":
        yield "The last snapshot could not be written: by default Redis then refuses every write. See its log."
    for write in ("aof_last_write_status", "aof_last_bgrewrite_status"):
        if info.get(write, "ok") != "ok":
            yield f"The append-only file could not be written ({write}). See its log."
    if info.get("role") == "slave":
        link = "" if info.get("master_link_status") == "up" else ", and its link to the primary is down"
        yield f"It is a replica{link}: point REDIS_URL at the primary."
    if evicted := info.get("evicted_keys"):
        yield f"{evicted} keys were evicted since it started: raise maxmemory, or shorten the leagues' TTLs."
    if rejected := info.get("rejected_connections"):
        yield f"{rejected} connections were rejected since it started: raise maxclients."


def advice(info: Info) -> Iterator[str]:
    """What to set otherwise."""
    if info.get("maxmemory") == 0:
        yield "No limit is set: set maxmemory, so that Redis evicts instead of making the machine swap."
    policy = info.get("maxmemory_policy")
    if policy == "noeviction":
        yield f"maxmemory-policy noeviction: once full, nothing new is cached. Set it to {RECOMMENDED_POLICY}."
    elif policy not in (None, RECOMMENDED_POLICY):
        yield (
            f"maxmemory-policy {policy}: a flood of unknown ids can push predictions out. "
            f"{RECOMMENDED_POLICY} drops what expires soonest, which is absences first."
        )
    ratio, used = info.get("mem_fragmentation_ratio"), info.get("used_memory", 0)
    if ratio is not None and ratio > _FRAGMENTED and used > _BYTES_WORTH_DEFRAGMENTING:
        yield f"Its memory is fragmented ({ratio}): set activedefrag yes."


def _percent(part: int, whole: int) -> float:
    return round(100 * part / whole, 2)
