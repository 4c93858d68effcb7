from __future__ import annotations

import socket
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import caches
from pytest_django import Settings
from redis import Redis

from predictions.cache import entry, keys, store
from predictions.cache.counting import Layer, Outcome
from predictions.cache.counting.flushing import Flusher
from predictions.cache.health import Report, Thresholds, examine
from predictor_site.embedded.valkey import ValkeyServer

NOW = 1_900_000_000.0


@pytest.fixture(scope="module")
def server() -> Iterator[ValkeyServer]:
    """A server that may be set as a test likes."""
    with tempfile.TemporaryDirectory(prefix="predictor-", dir="/tmp") as name:
        server = ValkeyServer(folder=Path(name), socket=Path(name) / "valkey.sock")
        server.start()
        yield server
        server.stop()


@pytest.fixture
def redis(server: ValkeyServer, point_at: Callable[[str], None]) -> Iterator[Redis]:
    """Its administrator. The cache is pointed at it."""
    point_at(f"{server.url}?db=1")
    with Redis(unix_socket_path=str(server.socket), db=1) as admin:
        admin.flushall()
        admin.config_set("maxmemory", 256 * 1024**2)
        admin.config_set("maxmemory-policy", "volatile-ttl")
        admin.config_resetstat()
        yield admin


@pytest.fixture
def point_at(settings: Settings) -> Callable[[str], None]:
    def point(url: str) -> None:
        config = {**settings.CACHES["predictions"], "LOCATION": url}
        settings.CACHES = {**settings.CACHES, "predictions": config}

    return point


def look(*, sample: int = 100, **thresholds: Any) -> Report:
    return examine(sample=sample, thresholds=Thresholds(**thresholds), now=NOW)


def counted(outcome: Outcome, n: int = 1, *, league: str = "en.1", minutes_ago: int = 0) -> None:
    """What some process of the service has counted."""
    flusher = Flusher()
    flusher.collector.count(Layer.PREDICTION, outcome, league, 0.001, n)
    assert flusher.flush(now=NOW - 60 * minutes_ago)


def fill(match_id: int, body: bytes = b"{}") -> None:
    place = store.Place(match_id, keys.prediction(match_id, "m"))
    [claim] = store.claim([(place, b"")], now=NOW)
    assert claim.lease is not None
    made = entry.make(generation=claim.lease.generation, stored_at=NOW, fresh_until=NOW + 60, body=body, league="en.1")
    assert store.fill([store.Fill(place, made, claim.lease.token)], now=NOW) == [True]


def test_a_well_set_server_is_well(redis: Redis) -> None:
    report = look()

    assert report.status == "ok"
    assert (report.warnings, report.advice, report.broken, report.unknown) == ([], [], [], [])


def test_the_servers_of_the_tests_are_recognised() -> None:
    info = caches["predictions"].client.get_client().info("server")  # type: ignore[attr-defined]

    server = look().server

    assert server is not None
    assert server.name in ("redis", "valkey")
    assert server.run_id == info["run_id"]


def test_memory_limit_and_policy_are_read(redis: Redis) -> None:
    memory = look().memory

    assert memory is not None
    assert (memory.limit_bytes, memory.policy) == (256 * 1024**2, "volatile-ttl")
    assert memory.used_percent == pytest.approx(100 * redis.info("memory")["used_memory"] / 256 / 1024**2, abs=1)


def test_a_server_without_limit_is_told_to_have_one(redis: Redis) -> None:
    redis.config_set("maxmemory", 0)

    assert any("set maxmemory" in line for line in look().advice)


def test_entries_are_counted_by_kind(redis: Redis) -> None:
    fill(1)
    fill(2, entry.ABSENCE)

    entries = look().entries

    assert entries is not None
    assert entries.counts == {
        "prediction": 1,
        "features": 0,
        "absence": 1,
        "generation": 2,
        "lease": 0,
        "counts": 0,
        "toll": 0,
        "other": 0,
    }


def test_without_a_sample_no_key_is_looked_at(redis: Redis) -> None:
    report = look(sample=0)

    assert (report.entries, report.status) == (None, "ok")
    assert "cmdstat_scan" not in redis.info("commandstats")


def test_the_servers_hit_rate_is_that_of_before_the_look(redis: Redis) -> None:
    fill(1)
    redis.config_resetstat()
    caches["predictions"].get(keys.prediction(1, "m"))
    caches["predictions"].get(keys.prediction(2, "m"))

    traffic = look().traffic

    assert traffic is not None
    assert (traffic.hits, traffic.misses, traffic.hit_rate_percent) == (1, 1, 50.0)


def test_looking_without_a_sample_costs_the_server_one_look_up_for_each_minute_of_counts(redis: Redis) -> None:
    counted(Outcome.HIT)
    first, second = look(sample=0).traffic, look(sample=0).traffic

    assert first is not None
    assert second is not None
    assert (first.hits, first.misses) == (0, 0)
    assert (second.hits, second.misses) == (1, 59)


def test_the_services_own_hit_rate_is_that_of_the_last_hour(redis: Redis) -> None:
    counted(Outcome.HIT, 3, minutes_ago=59)
    counted(Outcome.MISS)
    counted(Outcome.MISS, 100, minutes_ago=60)

    report = look()

    assert report.service is not None
    found = report.service.layers[Layer.PREDICTION]
    assert (report.service.minutes, found.hit_rate_percent) == (60, 75)
    assert (found.outcomes[Outcome.HIT], found.outcomes[Outcome.MISS], found.outcomes[Outcome.VOID]) == (3, 1, 0)


def test_times_are_told_in_milliseconds_for_all_answers_and_for_each_kind(redis: Redis) -> None:
    counted(Outcome.HIT, 3)

    report = look()

    assert report.service is not None
    times = report.service.layers[Layer.PREDICTION].times
    assert times == report.service.layers[Layer.PREDICTION].times_by_outcome[Outcome.HIT]
    assert times.timed == 3
    assert times.p50_ms is not None
    assert times.p99_ms is not None
    assert 0.5 <= times.p50_ms < times.p99_ms <= 2
    assert report.service.layers[Layer.FEATURES].times.p50_ms is None


def test_only_the_leagues_of_which_most_was_asked_are_told(redis: Redis) -> None:
    for number in range(12):
        counted(Outcome.HIT, 100 - number, league=f"l{number}")

    report = look()

    assert report.service is not None
    assert list(report.service.leagues) == [f"l{number}" for number in range(10)]
    assert report.service.leagues["l9"].questions == 91


def test_the_threshold_of_the_hit_rate_judges_the_services_own(redis: Redis) -> None:
    counted(Outcome.HIT, 9)
    counted(Outcome.MISS)
    for number in range(50):
        redis.get(f"nothing:{number}")

    assert look(min_hit_rate=90).status == "ok"
    assert look(min_hit_rate=90.1).broken == [
        "The service's hit rate in percent, of the last 60 minutes, is 90.0, below 90.1."
    ]


def test_with_nothing_counted_no_hit_rate_can_be_told(redis: Redis) -> None:
    fill(1)
    caches["predictions"].get(keys.prediction(1, "m"))

    report = look(min_hit_rate=0)

    assert report.status == "unknown"
    assert report.unknown[0].startswith("The service's hit rate in percent, of the last 60 minutes, can't be told")


def test_latency_is_measured_from_here_and_inside_the_server(redis: Redis) -> None:
    caches["predictions"].get("x")

    report = look()

    assert report.latency is not None
    assert 0 < report.latency.median_ms <= report.latency.p95_ms <= report.latency.max_ms
    assert report.commands is not None
    assert report.commands["get"].calls == 1
    assert report.commands["get"].p99_us is not None


def test_evictions_are_seen(redis: Redis) -> None:
    redis.config_set("maxmemory", redis.info("memory")["used_memory"] + 200_000)
    for number in range(200):
        redis.set(f"x:{number}", b"x" * 10_000, ex=60)

    report = look(sample=0, max_evictions=0)

    assert report.traffic is not None
    assert report.traffic.evicted
    assert report.status == "broken"
    assert any("evicted" in line for line in report.warnings)


def test_every_threshold_that_is_broken_is_named(redis: Redis) -> None:
    counted(Outcome.MISS)

    report = look(min_hit_rate=50, max_latency_ms=0, max_memory_percent=0)

    assert report.status == "broken"
    assert [line.split(" is ")[0] for line in report.broken] == [
        "The service's hit rate in percent, of the last 60 minutes,",
        "The 95th percentile of the latency in ms",
        "The memory used in percent",
    ]


def test_thresholds_that_hold_are_silent(redis: Redis) -> None:
    counted(Outcome.MISS)

    report = look(min_hit_rate=0, max_latency_ms=10_000, max_memory_percent=100, max_evictions=0)

    assert (report.status, report.broken) == ("ok", [])


def test_a_broken_threshold_outweighs_what_is_unknown(redis: Redis) -> None:
    redis.config_set("maxmemory", 0)

    report = look(max_latency_ms=0, max_memory_percent=90)

    assert report.status == "broken"
    assert report.unknown


def test_a_threshold_of_what_is_not_known_can_not_be_told(redis: Redis) -> None:
    redis.config_set("maxmemory", 0)

    report = look(min_hit_rate=50, max_memory_percent=90)

    assert report.status == "unknown"
    assert len(report.unknown) == 2


def test_a_replica_is_no_place_for_a_cache(redis: Redis) -> None:
    redis.replicaof("127.0.0.1", 1)
    try:
        assert any("its link to the primary is down" in line for line in look().warnings)
    finally:
        redis.replicaof("NO", "ONE")


def test_nobody_there_is_unknown_and_says_where(redis_away: None) -> None:
    report = look(min_hit_rate=50)

    assert report.status == "unknown"
    assert report.server is None
    assert "127.0.0.1:1, database" in report.unknown[0]
    assert "can't be reached" in report.unknown[0]


def test_a_server_that_says_nothing_is_not_waited_for(point_at: Callable[[str], None]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        point_at(f"redis://127.0.0.1:{silent.getsockname()[1]}/0")

        report = look()

    assert report.status == "unknown"
    assert "did not answer in time" in report.unknown[0]


@pytest.mark.parametrize("url", ["redis://:se-cret@host:po-rt/0", "http://u:se-cret@host/"])
def test_an_address_that_is_none_is_not_quoted(point_at: Callable[[str], None], url: str) -> None:
    point_at(url)

    report = look()

    assert report.status == "unknown"
    assert "REDIS_URL can't be understood" in report.unknown[0]
    assert "se-cret" not in str(report)


@pytest.mark.parametrize("who", ["default", "nobody"])
def test_a_wrong_password_is_said_and_not_shown(
    redis: Redis, server: ValkeyServer, point_at: Callable[[str], None], who: str
) -> None:
    redis.config_set("requirepass", "the-right-one")
    point_at(f"unix://{who}:the-wr-ong-one@{server.socket}?db=3")
    try:
        report = look()
    finally:
        redis.config_set("requirepass", "")

    assert report.status == "unknown"
    assert "refused the user name or password" in report.unknown[0]
    assert "the-wr-ong-one" not in str(report)


def test_a_missing_password_is_said(redis: Redis, server: ValkeyServer, point_at: Callable[[str], None]) -> None:
    redis.config_set("requirepass", "the-right-one")
    # An address of its own, so that no connection from before is used.
    point_at(f"unix://{server.socket}?db=4")
    try:
        report = look()
    finally:
        redis.config_set("requirepass", "")

    assert "refused the user name or password" in report.unknown[0]


@pytest.fixture
def restricted(redis: Redis, server: ValkeyServer, point_at: Callable[[str], None]) -> Iterator[Callable[[str], None]]:
    """`restricted("-info")`: the cache's user may do everything but that."""
    names = []

    def restrict(rule: str) -> None:
        name = f"user{rule}"
        redis.acl_setuser(
            name, enabled=True, passwords=["+the-pass-word"], keys=["*"], channels=["*"], commands=["+@all", rule]
        )
        names.append(name)
        point_at(f"unix://{name}:the-pass-word@{server.socket}?db=1")

    yield restrict
    for name in names:
        redis.acl_deluser(name)


def test_without_info_redis_can_not_be_used_and_that_is_said(restricted: Callable[[str], None]) -> None:
    restricted("-info")

    report = look()

    assert report.status == "unknown"
    assert report.unknown == [
        "Redis does not say which server it is, so nobody knows which purges it has missed: "
        "allow INFO with ACL SETUSER <user> +info."
    ]
    assert "the-pass-word" not in str(report)


def test_a_forbidden_config_is_not_missed(restricted: Callable[[str], None]) -> None:
    restricted("-config")

    assert look().status == "ok"


def test_a_forbidden_scan_is_named_and_the_rest_is_told(restricted: Callable[[str], None]) -> None:
    restricted("-scan")

    report = look()

    assert report.unknown == ["The ACL forbids SCAN: allow it with ACL SETUSER <user> +scan."]
    assert report.entries is None
    assert report.server is not None


def test_a_forbidden_hgetall_is_named_and_the_rest_is_told(restricted: Callable[[str], None]) -> None:
    restricted("-hgetall")

    report = look()

    assert report.unknown == ["The ACL forbids HGETALL: allow it with ACL SETUSER <user> +hgetall."]
    assert report.service is None
    assert report.server is not None


def test_without_getrange_absences_are_among_the_predictions(redis: Redis, restricted: Callable[[str], None]) -> None:
    fill(1)
    fill(2, entry.ABSENCE)
    restricted("-getrange")

    report = look()

    assert report.entries is not None
    assert (report.entries.counts["prediction"], report.entries.counts["absence"]) == (2, 0)
    assert len(report.unknown) == 1
    assert "GETRANGE" in report.unknown[0]


def test_what_opening_a_connection_needs_is_named(restricted: Callable[[str], None]) -> None:
    restricted("-select")

    assert look().unknown[0] == "The ACL forbids SELECT: allow it with ACL SETUSER <user> +select."
