"""Whether the cache and the Redis behind it are well: what both say of themselves, how fast they are, what is there.

Everything comes from PING, INFO, a bounded SCAN and the service's own counts. CONFIG, which is often forbidden, is not
needed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from math import ceil
from statistics import median
from time import perf_counter
from typing import Any, Literal, TypeVar

from django.core.cache import caches
from redis import Redis
from redis import exceptions as redis_errors

from predictions.cache import census, counting, server_info
from predictions.cache.census import Census
from predictions.cache.connecting import NotCaughtUp
from predictions.cache.counting import Layer, Summary
from predictions.cache.server_info import Command, Memory, Server, Traffic

ROUND_TRIPS = 50
MINUTES = 60
"""How far back the service's own counts are read."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Latency:
    """Round trips of PING from here, in milliseconds. GET would add as many misses to the server's hit rate."""

    round_trips: int
    median_ms: float
    p95_ms: float
    max_ms: float


@dataclass(frozen=True, slots=True)
class Thresholds:
    """None: not asked for. Rates and shares in percent."""

    min_hit_rate: float | None = None
    """Of the service's own, for predictions: the server's mixes in whatever else it is asked."""
    max_latency_ms: float | None = None
    max_memory_percent: float | None = None
    max_evictions: int | None = None


@dataclass(slots=True)
class Report:
    """What could not be read is None, and `unknown` says why."""

    address: str
    server: Server | None = None
    memory: Memory | None = None
    service: Summary | None = None
    traffic: Traffic | None = None
    latency: Latency | None = None
    commands: dict[str, Command] | None = None
    entries: Census | None = None
    warnings: list[str] = field(default_factory=list)
    advice: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    """Each threshold that was, and what keeps the server from being of use."""
    unknown: list[str] = field(default_factory=list)

    @property
    def status(self) -> Literal["ok", "broken", "unknown"]:
        if self.broken:
            return "broken"
        return "unknown" if self.unknown else "ok"


def examine(*, sample: int, thresholds: Thresholds, now: float, most_leagues: int = 10) -> Report:
    """Look at the server behind the predictions. What goes wrong is in the report, not raised.

    About `sample` keys are looked at for the kinds of entries; none if it is 0. The service's counts are those of the
    last hour before `now` (seconds since 1970).
    """
    cache: Any = caches["predictions"]
    try:
        client: Redis = cache.client.get_client(write=True)
    except ValueError:
        # Its text may quote a part of the address, and so of the password.
        return Report("?", unknown=["REDIS_URL can't be understood: it looks like redis://:password@host:6379/0."])
    report = Report(_address(client))
    try:
        report.latency = _ask(report, "ping", lambda: _latency(client))
        # Before the census, whose reads the server counts too.
        if info := _ask(report, "info", lambda: client.info("all")):
            report.server, report.memory, report.traffic = Server.of(info), Memory.of(info), Traffic.of(info)
            report.commands = server_info.commands(info)
            report.warnings = list(server_info.warnings(info))
            report.advice = list(server_info.advice(info))
            report.broken = list(server_info.out_of_use(info))
        if counts := _ask(report, "hgetall", lambda: counting.read(MINUTES, now)):
            report.service = counting.summarise(counts, most_leagues=most_leagues)
        if sample:
            prefix = cache.make_key("")
            report.entries = _ask(report, "scan", lambda: census.take(client, prefix=prefix, most=sample))
            if report.entries and not report.entries.absences_known:
                report.unknown.append(f"{_allow('getrange')} Absences are counted among the predictions.")
    except redis_errors.RedisError as error:
        report.unknown.append(_explain(error, report.address))
    for threshold, problem in _judge(report, thresholds):
        getattr(report, threshold).append(problem)
    return report


def _ask(report: Report, command: str, ask: Callable[[], T]) -> T | None:
    """What the server answers, or None if it refuses this command. Raises redis.RedisError for anything worse."""
    try:
        return ask()
    except redis_errors.NoPermissionError as error:
        # Opening the connection may need a command of its own, as SELECT.
        named = re.search(r"'([a-z|]+)' command", str(error))
        report.unknown.append(_allow(named[1] if named else command))
    except redis_errors.ResponseError:
        report.unknown.append(f"The server does not know {command.upper()}: has it been renamed?")
    return None


def _allow(command: str) -> str:
    return f"The ACL forbids {command.upper()}: allow it with ACL SETUSER <user> +{command}."


def _explain(error: redis_errors.RedisError, address: str) -> str:
    """Why nothing can be told, and what to do. The error's own text stays out: nobody vouches for what is in it."""
    match error:
        case NotCaughtUp():
            return str(error)  # a text of our own
        case redis_errors.AuthenticationError() | redis_errors.AuthorizationError():
            return f"Redis at {address} refused the user name or password: correct them in REDIS_URL."
        case redis_errors.BusyLoadingError():
            return f"Redis at {address} is still loading its data: try again in a moment."
        case redis_errors.TimeoutError():
            return f"Redis at {address} did not answer in time: see how busy it is, or raise REDIS_TIMEOUT."
        case redis_errors.ConnectionError():
            return f"Redis at {address} can't be reached: start it, or correct REDIS_URL."
    return f"Redis at {address} failed ({type(error).__name__}): see its log."


def _address(client: Redis) -> str:
    """Where the server is, without who is asking."""
    where = client.connection_pool.connection_kwargs
    database = where.get("db") or 0
    if path := where.get("path"):
        return f"{path}, database {database}"
    return f"{where.get('host', 'localhost')}:{where.get('port', 6379)}, database {database}"


def _latency(client: Redis) -> Latency:
    client.ping()  # opens the connection
    times = []
    for _ in range(ROUND_TRIPS):
        begun = perf_counter()
        client.ping()
        times.append((perf_counter() - begun) * 1000)
    times.sort()
    p95 = times[ceil(0.95 * len(times)) - 1]
    return Latency(ROUND_TRIPS, round(median(times), 3), round(p95, 3), round(times[-1], 3))


def _judge(report: Report, thresholds: Thresholds) -> Iterator[tuple[Literal["broken", "unknown"], str]]:
    """Each threshold that is broken, or that nothing can be said of."""
    hit_rate = report.service.layers[Layer.PREDICTION].hit_rate_percent if report.service else None
    evicted = report.traffic.evicted if report.traffic else None
    p95 = report.latency.p95_ms if report.latency else None
    used = report.memory.used_percent if report.memory else None
    for what, value, least, most in (
        (f"The service's hit rate in percent, of the last {MINUTES} minutes,", hit_rate, thresholds.min_hit_rate, None),
        ("The 95th percentile of the latency in ms", p95, None, thresholds.max_latency_ms),
        ("The memory used in percent", used, None, thresholds.max_memory_percent),
        ("The number of evictions", evicted, None, thresholds.max_evictions),
    ):
        if least is None and most is None:
            continue
        if value is None:
            yield "unknown", f"{what} can't be told, so neither can its threshold."
        elif least is not None and value < least:
            yield "broken", f"{what} is {value}, below {least}."
        elif most is not None and value > most:
            yield "broken", f"{what} is {value}, above {most}."
