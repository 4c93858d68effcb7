"""Show how the Redis behind the cache is doing."""

from __future__ import annotations

import json
from argparse import ArgumentTypeError
from collections.abc import Iterator
from dataclasses import asdict
from datetime import timedelta
from math import inf, nan
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.template.defaultfilters import filesizeformat

from predictions.cache.health import Report, Thresholds, examine

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
        "Shows how the Redis behind the cache is doing: server, memory, entries, hit rate, latency, and what to set "
        "otherwise. Exit code 0: all is well; 1: a threshold is broken; 2: could not tell."
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
        parser.add_argument("--min-hit-rate", type=_number, metavar="PERCENT", help="of the server's own hit rate")
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
        report = examine(sample=options["sample"], thresholds=thresholds)
        if options["json"]:
            self.stdout.write(json.dumps({"status": report.status, **asdict(report)}, indent=2))
        else:
            for name, value in _rows(report):
                self.stdout.write(f"{name:<12}{value}")
        if report.status != "ok":
            raise CommandError("\n".join(report.broken + report.unknown), returncode=EXIT_CODES[report.status])


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
    if traffic := report.traffic:
        rate = "no look-ups yet" if traffic.hit_rate_percent is None else f"{traffic.hit_rate_percent} %"
        yield "hit rate", f"{rate} ({traffic.hits} hits, {traffic.misses} misses; the server's own, whoever asked)"
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


def _bytes(size: int | None) -> str:
    return "?" if size is None else filesizeformat(size).replace("\xa0", " ")
