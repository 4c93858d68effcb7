"""Show how the cache and the Redis behind it are doing."""

from __future__ import annotations

import json
import time
from argparse import ArgumentTypeError
from collections.abc import Iterator
from dataclasses import asdict
from datetime import timedelta
from math import inf, nan
from typing import Any

from django.core.checks import run_checks
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import Error as DatabaseError
from django.template.defaultfilters import filesizeformat

from predictions import invalidation
from predictions.cache.counting import Summary
from predictions.cache.counting.summary import Times
from predictions.cache.health import Report, Thresholds, examine
from predictions.checks import SETTINGS

EXIT_CODES = {"ok": 0, "broken": 1, "unknown": 2}


def _number(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = nan
    if not 0 <= value < inf:
        raise ArgumentTypeError(f"{text} is not a number from 0 up")
    return value


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise ArgumentTypeError(f"{text} is not a whole number from 0 up")
    return int(text)


class Command(BaseCommand):
    help = (
        "Shows how the cache and the Redis behind it are doing: server, memory, entries, the service's own hit rate of "
        "the last hour and the server's, latency, and what to set otherwise. "
        "Exit code 0: all is well; 1: a threshold is broken, or the server is of no use; 2: could not tell."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.epilog = "Example: manage.py cache_health --sample 0 --min-hit-rate 70 --max-memory-percent 90"
        parser.add_argument("--json", action="store_true", help="one JSON object, whose keys are always the same")
        parser.add_argument(
            "--sample",
            type=_count,
            default=10_000,
            metavar="N",
            help="look at about N keys to count entries (default: %(default)s; 0: at none). Redis counts each "
            "prediction looked at as a hit, so leave it at 0 where this runs all the time",
        )
        parser.add_argument(
            "--leagues",
            type=_count,
            default=10,
            metavar="N",
            help="show the N leagues of which most was asked (default: %(default)s)",
        )
        parser.add_argument(
            "--min-hit-rate",
            type=_number,
            metavar="PERCENT",
            help="of the service's own hit rate for predictions in the last hour",
        )
        parser.add_argument("--max-latency-ms", type=_number, metavar="MS", help="of the 95th percentile from here")
        parser.add_argument("--max-memory-percent", type=_number, metavar="PERCENT", help="of maxmemory")
        parser.add_argument("--max-evictions", type=_count, metavar="N", help="since the server started")

    def handle(self, *args: Any, **options: Any) -> None:
        thresholds = Thresholds(
            min_hit_rate=options["min_hit_rate"],
            max_latency_ms=options["max_latency_ms"],
            max_memory_percent=options["max_memory_percent"],
            max_evictions=options["max_evictions"],
        )
        report = examine(
            sample=options["sample"], thresholds=thresholds, now=time.time(), most_leagues=options["leagues"]
        )
        # What the server says of itself is in the report already.
        report.warnings += [f"{found.msg} {found.hint} ({found.id})" for found in run_checks(tags=[SETTINGS])]
        report.warnings += _waiting()
        if options["json"]:
            self.stdout.write(json.dumps({"status": report.status, **asdict(report)}, indent=2))
        else:
            for name, value in _rows(report):
                self.stdout.write(f"{name:<12} {value}")
        if report.status != "ok":
            raise CommandError("\n".join(report.broken + report.unknown), returncode=EXIT_CODES[report.status])


def _waiting() -> list[str]:
    """What is to be said of the outbox, also while Redis is away."""
    try:
        waiting = invalidation.waiting()
    except DatabaseError:
        return ["The database can't say whether purges wait for Redis."]
    return [f"{waiting} purges wait for Redis: the web processes execute them, or cache_replay."] if waiting else []


def _rows(report: Report) -> Iterator[tuple[str, str]]:
    """The report as a table of two columns."""
    yield "address", report.address
    if server := report.server:
        uptime = "?" if server.uptime_seconds is None else timedelta(seconds=server.uptime_seconds)
        yield (
            "server",
            f"{server.name} {server.version}, {server.mode}, {server.role}, up {uptime}, run {server.run_id}",
        )
    if memory := report.memory:
        share = "" if memory.used_percent is None else f" ({memory.used_percent} %)"
        limit = "without a limit" if memory.limit_bytes == 0 else f"of {_bytes(memory.limit_bytes)}{share}"
        yield (
            "memory",
            f"{_bytes(memory.used_bytes)} {limit}, {memory.policy}, fragmentation {memory.fragmentation_ratio}",
        )
    if entries := report.entries:
        scope = "all keys" if entries.complete else f"a sample of {entries.examined} keys"
        yield "entries", ", ".join(f"{count} {kind}" for kind, count in entries.counts.items()) + f" (of {scope})"
    if service := report.service:
        yield from _service_rows(service)
    if traffic := report.traffic:
        yield (
            "server's",
            f"hit rate {_rate(traffic.hit_rate_percent)} ({traffic.hits} hits, {traffic.misses} misses, whoever asked "
            "and for whatever)",
        )
        yield "keys", f"{traffic.evicted} evicted, {traffic.expired} expired"
        yield "clients", f"{traffic.connected_clients} connected, {traffic.rejected_connections} rejected"
    if latency := report.latency:
        yield (
            "latency",
            f"median {latency.median_ms} ms, p95 {latency.p95_ms} ms, max {latency.max_ms} ms "
            f"({latency.round_trips} PING)",
        )
    for name, command in (report.commands or {}).items():
        p99 = "" if command.p99_us is None else f", p99 {command.p99_us} µs"
        yield f"  {name}", f"mean {command.mean_us} µs{p99} ({command.calls} calls, inside the server)"
    for warning in report.warnings:
        yield "warning", warning
    for line in report.advice:
        yield "advice", line


def _service_rows(service: Summary) -> Iterator[tuple[str, str]]:
    yield "service", f"counted by all its processes in the last {service.minutes} minutes"
    for layer, summary in service.layers.items():
        counted = ", ".join(f"{number} {outcome}" for outcome, number in summary.outcomes.items() if number)
        yield layer, f"hit rate {_rate(summary.hit_rate_percent)} ({counted or 'nothing counted'})"
        for outcome, times in summary.times_by_outcome.items():
            yield f"  {outcome}", _times(times)
    for league, of_league in service.leagues.items():
        yield (
            f"  {league}",
            f"hit rate {_rate(of_league.hit_rate_percent)} ({of_league.questions} questions about its predictions)",
        )


def _times(times: Times) -> str:
    return f"p50 {times.p50_ms} ms, p95 {times.p95_ms} ms, p99 {times.p99_ms} ms ({times.timed} timed, estimated)"


def _rate(percent: float | None) -> str:
    return "unknown" if percent is None else f"{percent} %"


def _bytes(size: int | None) -> str:
    return "?" if size is None else filesizeformat(size).replace("\xa0", " ")
