from __future__ import annotations

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from predictions.cache import keys, store
from predictions.management.commands.cache_health import Command


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("cache_health", *arguments, stdout=out)
    return out.getvalue()


def failure_of(*arguments: str) -> tuple[int, str, str]:
    """Exit code, what is on standard output, what is on standard error."""
    out = StringIO()
    with pytest.raises(CommandError) as error:
        call_command("cache_health", *arguments, stdout=out)
    return error.value.returncode, out.getvalue(), str(error.value)


def test_all_is_well_and_read_by_people() -> None:
    store.current_generation(1)

    lines = dict(line.split(maxsplit=1) for line in run().splitlines() if line)

    assert lines["server"].split()[0] in ("redis", "valkey")
    assert lines["entries"].startswith("0 prediction, 0 features, 0 absence, 1 generation, 0 lease, 0 other")
    assert lines["latency"].startswith("median")


def test_json_has_these_keys_and_no_others() -> None:
    found = json.loads(run("--json"))

    assert {key: set(value) if isinstance(value, dict) else None for key, value in found.items()} == {
        "status": None,
        "address": None,
        "server": {"name", "version", "mode", "role", "run_id", "uptime_seconds"},
        "memory": {"used_bytes", "limit_bytes", "used_percent", "policy", "fragmentation_ratio"},
        "traffic": {
            "hits",
            "misses",
            "hit_rate_percent",
            "evicted",
            "expired",
            "connected_clients",
            "rejected_connections",
        },
        "latency": {"round_trips", "median_ms", "p95_ms", "max_ms"},
        "commands": set(found["commands"]),
        "entries": {"counts", "examined", "complete", "absences_known"},
        "warnings": None,
        "advice": None,
        "broken": None,
        "unknown": None,
    }
    assert found["status"] == "ok"


def test_json_keeps_its_keys_when_nothing_can_be_told(redis_away: None) -> None:
    code, out, _ = failure_of("--json")

    found = json.loads(out)
    assert code == 2
    assert found["status"] == "unknown"
    assert found["server"] is found["memory"] is found["entries"] is None
    assert "can't be reached" in found["unknown"][0]


def test_a_broken_threshold_is_exit_code_1_and_named() -> None:
    code, out, error = failure_of("--max-latency-ms", "0")

    assert code == 1
    assert "server" in out
    assert error.startswith("The 95th percentile of the latency in ms is ")


def test_a_redis_that_is_away_is_exit_code_2(redis_away: None) -> None:
    code, _, error = failure_of()

    assert code == 2
    assert "can't be reached" in error


def test_a_sample_is_called_one(empty_cache: Any) -> None:
    empty_cache.client.get_client().mset({keys.generation(number): b"x" for number in range(3000)})

    assert "(of a sample of " in run("--sample", "10")
    assert "(of all keys)" in run()


def test_without_a_sample_there_are_no_entries() -> None:
    assert json.loads(run("--json", "--sample", "0"))["entries"] is None


@pytest.mark.parametrize(
    "arguments",
    [
        ("--sample", "-1"),
        ("--sample", "many"),
        ("--min-hit-rate", "nan"),
        ("--min-hit-rate", "-1"),
        ("--min-hit-rate", "much"),
        ("--max-latency-ms", "inf"),
        ("--max-evictions", "1.5"),
    ],
)
def test_a_number_that_is_none_is_refused(arguments: tuple[str, str]) -> None:
    with pytest.raises(CommandError, match=f"{arguments[0]}: {arguments[1]} is not a"):
        run(*arguments)


def test_its_help_has_an_example() -> None:
    assert "Example: manage.py cache_health" in Command().create_parser("manage.py", "cache_health").format_help()
