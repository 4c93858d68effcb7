from __future__ import annotations

import json
from io import StringIO
from time import time
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from predictions.cache import keys, store
from predictions.cache.counting import Layer, Outcome
from predictions.cache.counting.flushing import Flusher
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
    store.generation_of(keys.ACTIVE_MODEL)

    lines = dict(line.split(maxsplit=1) for line in run().splitlines() if line)

    assert lines["server"].split()[0] in ("redis", "valkey")
    assert lines["entries"].startswith(
        "0 prediction, 0 features, 0 absence, 1 generation, 0 lease, 0 counts, 0 toll, 0 other"
    )
    assert lines["latency"].startswith("median")


def test_json_has_these_keys_and_no_others() -> None:
    found = json.loads(run("--json"))

    assert {key: set(value) if isinstance(value, dict) else None for key, value in found.items()} == {
        "status": None,
        "address": None,
        "server": {"name", "version", "mode", "role", "run_id", "uptime_seconds"},
        "memory": {"used_bytes", "limit_bytes", "used_percent", "policy", "fragmentation_ratio"},
        "service": {"minutes", "layers", "leagues"},
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


@pytest.fixture
def counted() -> None:
    """Some process of the service has counted three hits and a miss."""
    flusher = Flusher()
    flusher.collector.count(Layer.PREDICTION, Outcome.HIT, "en.1", 0.001, 3)
    flusher.collector.count(Layer.PREDICTION, Outcome.MISS, "en.1", 0.1)
    assert flusher.flush(now=time())


def test_what_the_service_counted_is_apart_from_what_the_server_did(counted: None) -> None:
    lines = run().splitlines()

    assert "prediction   hit rate 75.0 % (3 hit, 1 miss)" in lines
    assert "features     hit rate unknown (nothing counted)" in lines
    assert "  en.1       hit rate 75.0 % (4 questions about its predictions)" in lines
    assert any(line.startswith("  hit        p50 ") for line in lines)
    assert any(line.startswith("server's     hit rate ") and "whoever asked" in line for line in lines)


def test_as_many_leagues_are_shown_as_asked_for(counted: None) -> None:
    assert "en.1" not in run("--leagues", "0")
    assert list(json.loads(run("--json", "--leagues", "1"))["service"]["leagues"]) == ["en.1"]


def test_json_tells_every_layer_and_outcome(counted: None) -> None:
    layers = json.loads(run("--json"))["service"]["layers"]

    assert set(layers) == {"prediction", "features"}
    assert layers["prediction"]["hit_rate_percent"] == 75
    assert set(layers["features"]["outcomes"]) == {str(outcome) for outcome in Outcome}
    assert set(layers["prediction"]["times"]) == {"timed", "p50_ms", "p95_ms", "p99_ms"}
    assert set(layers["prediction"]["times_by_outcome"]) == {"hit", "miss"}


def test_the_hit_rate_asked_for_is_the_services_own(counted: None) -> None:
    assert run("--min-hit-rate", "75")
    assert failure_of("--min-hit-rate", "76")[0] == 1


def test_a_hit_rate_of_nothing_counted_is_exit_code_2() -> None:
    code, _, error = failure_of("--min-hit-rate", "10")

    assert code == 2
    assert "can't be told" in error


def test_a_fault_in_the_settings_is_a_warning_with_its_id(settings: Settings) -> None:
    settings.MOST_WAITERS = 0

    [warning] = json.loads(run("--json"))["warnings"]

    assert warning == "MOST_WAITERS is 0. Set MOST_WAITERS to a whole number from 1 up. (predictions.E006)"


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
        ("--leagues", "-1"),
    ],
)
def test_a_number_that_is_none_is_refused(arguments: tuple[str, str]) -> None:
    with pytest.raises(CommandError, match=f"{arguments[0]}: {arguments[1]} is not a"):
        run(*arguments)


def test_its_help_has_an_example() -> None:
    assert "Example: manage.py cache_health" in Command().create_parser("manage.py", "cache_health").format_help()
