from __future__ import annotations

import socket
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from django.conf import settings as own_settings
from django.core.checks import INFO, CheckMessage, run_checks
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from pytest_django import Settings
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from predictions.cache.connecting import greet
from predictions.cache.serializer import SealedBytesSerializer
from predictor_site.embedded.valkey import ValkeyServer

Change = Callable[..., None]


@pytest.fixture
def change(settings: Settings) -> Change:
    """`change(SOCKET_TIMEOUT=1)` sets an option of the predictions' cache; None takes it away."""

    def change(**options: Any) -> None:
        config = settings.CACHES["predictions"]
        changed = {name: value for name, value in {**config["OPTIONS"], **options}.items() if value is not None}
        # At an address of its own, so that what is changed is not what another alias shares.
        config = {**config, "LOCATION": "redis://127.0.0.1:1/3", "OPTIONS": changed}
        settings.CACHES = {**settings.CACHES, "predictions": config}

    return change


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
    point_at(server.url)
    with Redis(unix_socket_path=str(server.socket)) as admin:
        admin.config_set("maxmemory", 256 * 1024**2)
        admin.config_set("maxmemory-policy", "volatile-ttl")
        yield admin


@pytest.fixture
def point_at(settings: Settings) -> Callable[[str], None]:
    def point(url: str) -> None:
        config = {**settings.CACHES["predictions"], "LOCATION": url}
        settings.CACHES = {**settings.CACHES, "predictions": config}

    return point


def found(*, deploy: bool = False) -> dict[str, CheckMessage]:
    """By id, what the checks of the settings find; with `deploy` those that ask Redis too."""
    messages = run_checks(tags=["cache"], include_deployment_checks=deploy)
    for message in messages:
        assert message.hint
    return {str(message.id): message for message in messages}


def test_the_services_own_settings_are_in_order() -> None:
    assert found() == {}


def test_another_backend_is_found_and_nothing_more_is_asked(settings: Settings) -> None:
    djangos_own = {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": settings.CACHES["predictions"]["LOCATION"],
    }
    settings.CACHES = {**settings.CACHES, "predictions": djangos_own}

    assert set(found(deploy=True)) == {"predictions.E001"}


@pytest.mark.parametrize("serializer", [None, "django_redis.serializers.pickle.PickleSerializer"])
def test_pickle_is_found_also_where_nobody_chose_it(change: Change, serializer: str | None) -> None:
    change(SERIALIZER=serializer)

    assert set(found()) == {"predictions.E002"}


def test_another_serializer_is_not_pickle(change: Change) -> None:
    change(SERIALIZER="django_redis.serializers.json.JSONSerializer")

    assert found() == {}


@pytest.mark.parametrize("missing", ["SOCKET_TIMEOUT", "SOCKET_CONNECT_TIMEOUT"])
def test_a_missing_timeout_is_found_by_name(change: Change, missing: str) -> None:
    change(**{missing: None})

    assert set(found()) == {"predictions.E003"}
    assert str(found()["predictions.E003"].hint).startswith(f"Set {missing} in")


def test_timeouts_may_be_given_to_the_pool_as_well(change: Change) -> None:
    pool = {**own_settings.CACHES["predictions"]["OPTIONS"]["CONNECTION_POOL_KWARGS"]}
    change(
        SOCKET_TIMEOUT=None,
        SOCKET_CONNECT_TIMEOUT=None,
        CONNECTION_POOL_KWARGS={**pool, "socket_timeout": 0.5, "socket_connect_timeout": 0.5},
    )

    assert found() == {}


def other(settings: Settings, location: str | list[str], **options: Any) -> None:
    """Another alias with the options of the predictions' cache, and these."""
    config = settings.CACHES["predictions"]
    config = {**config, "LOCATION": location, "OPTIONS": {**config["OPTIONS"], **options}}
    settings.CACHES = {**settings.CACHES, "other": config}


def test_a_pool_that_is_shared_with_other_options_is_found(settings: Settings) -> None:
    other(settings, settings.CACHES["predictions"]["LOCATION"], SOCKET_TIMEOUT=9)

    assert set(found()) == {"predictions.E004"}
    assert "differ in SOCKET_TIMEOUT" in found()["predictions.E004"].msg


def test_a_pool_that_one_replica_shares_is_found(settings: Settings) -> None:
    other(settings, ["redis://a/0", settings.CACHES["predictions"]["LOCATION"]], PASSWORD="another")

    assert set(found()) == {"predictions.E004"}


def test_options_that_go_into_no_pool_may_differ(settings: Settings) -> None:
    other(settings, settings.CACHES["predictions"]["LOCATION"], SERIALIZER="x.y")

    assert found() == {}


def test_another_address_may_have_other_options(settings: Settings) -> None:
    other(settings, "redis://elsewhere/0", SOCKET_TIMEOUT=9)

    assert found() == {}


def test_ignored_exceptions_are_found_in_the_options(change: Change) -> None:
    change(IGNORE_EXCEPTIONS=True)

    assert set(found()) == {"predictions.E005"}


def test_ignored_exceptions_are_found_in_the_settings(settings: Settings) -> None:
    settings.DJANGO_REDIS_IGNORE_EXCEPTIONS = True

    assert set(found()) == {"predictions.E005"}
    assert str(found()["predictions.E005"].hint).startswith("Set DJANGO_REDIS_IGNORE_EXCEPTIONS to False")


def test_what_the_options_say_of_exceptions_outweighs_the_settings(change: Change, settings: Settings) -> None:
    settings.DJANGO_REDIS_IGNORE_EXCEPTIONS = True
    change(IGNORE_EXCEPTIONS=False)

    assert found() == {}


@pytest.mark.parametrize("name", ["MOST_COMPUTATIONS", "MOST_WAITERS"])
@pytest.mark.parametrize("value", [0, -1, 1.5, "4", None, True])
def test_a_limit_that_lets_nobody_through_is_found(settings: Settings, name: str, value: Any) -> None:
    setattr(settings, name, value)

    assert set(found()) == {"predictions.E006"}
    assert name in found()["predictions.E006"].msg


def test_a_limit_of_one_is_one(settings: Settings) -> None:
    settings.MOST_COMPUTATIONS = settings.MOST_WAITERS = 1

    assert found() == {}


@pytest.mark.parametrize("function", [None, print])
def test_connections_that_are_not_greeted_are_found(change: Change, function: Any) -> None:
    pool = own_settings.CACHES["predictions"]["OPTIONS"]["CONNECTION_POOL_KWARGS"]
    change(CONNECTION_POOL_KWARGS={**pool, "redis_connect_func": function})

    assert set(found()) == {"predictions.W001"}


def test_a_well_set_server_is_in_order(redis: Redis) -> None:
    assert found(deploy=True) == {}


def test_a_server_without_a_limit_is_found(redis: Redis) -> None:
    redis.config_set("maxmemory", 0)

    assert set(found(deploy=True)) == {"predictions.W002"}


@pytest.mark.parametrize("policy", ["noeviction", "allkeys-lru"])
def test_a_policy_that_protects_no_predictions_is_found(redis: Redis, policy: str) -> None:
    redis.config_set("maxmemory-policy", policy)

    assert set(found(deploy=True)) == {"predictions.W003"}
    assert policy in found(deploy=True)["predictions.W003"].msg


def test_a_replica_is_found(redis: Redis) -> None:
    redis.replicaof("127.0.0.1", 1)
    try:
        assert set(found(deploy=True)) == {"predictions.E008"}
    finally:
        redis.replicaof("NO", "ONE")


def test_a_forbidden_info_is_found(redis: Redis, server: ValkeyServer, point_at: Callable[[str], None]) -> None:
    redis.acl_setuser(
        "mute", enabled=True, passwords=["+the-pass-word"], keys=["*"], channels=["*"], commands=["+@all", "-info"]
    )
    point_at(f"unix://mute:the-pass-word@{server.socket}")
    try:
        messages = found(deploy=True)
    finally:
        redis.acl_deluser("mute")

    assert set(messages) == {"predictions.E007"}
    assert "the-pass-word" not in str(messages)


def test_the_server_is_asked_only_before_a_deployment(redis: Redis) -> None:
    redis.config_set("maxmemory", 0)

    assert found() == {}
    # Not even with the tag alone.
    assert run_checks(tags=["redis"]) == []
    assert [message.id for message in run_checks(tags=["redis"], include_deployment_checks=True)] == [
        "predictions.W002"
    ]


@pytest.mark.parametrize(
    "url", ["redis://127.0.0.1:1/0", "unix:///nowhere/redis.sock", "redis://user:se-cret@host:po-rt/0"]
)
def test_nobody_there_is_a_note_below_a_warning(point_at: Callable[[str], None], url: str) -> None:
    point_at(url)

    messages = found(deploy=True)

    assert set(messages) == {"predictions.I001"}
    assert messages["predictions.I001"].level == INFO
    assert "se-cret" not in str(messages)


def test_a_server_that_says_nothing_is_waited_for_once(change: Change, settings: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        change(SOCKET_TIMEOUT=60, CONNECTION_POOL_KWARGS={"redis_connect_func": greet, "retry": Retry(NoBackoff(), 3)})
        config = {**settings.CACHES["predictions"], "LOCATION": f"redis://127.0.0.1:{silent.getsockname()[1]}/0"}
        settings.CACHES = {**settings.CACHES, "predictions": config}
        begun = monotonic()

        messages = found(deploy=True)

        # An upper bound that only a wait of a minute, or tries without end, could miss.
        assert monotonic() - begun < 20
        assert set(messages) == {"predictions.I001"}
        silent.settimeout(0)
        silent.accept()[0].close()
        with pytest.raises(BlockingIOError):
            silent.accept()


def test_asking_leaves_the_caches_own_connections_alone(redis: Redis, empty_cache: Any) -> None:
    before = redis.info("clients")["connected_clients"]

    found(deploy=True)

    assert redis.info("clients")["connected_clients"] == before


def test_they_run_with_djangos_check(change: Change) -> None:
    change(SERIALIZER=None)

    with pytest.raises(SystemCheckError, match=r"predictions\.E002"):
        call_command("check")


def test_the_options_named_in_hints_are_those_that_silence_them(change: Change) -> None:
    change(SERIALIZER=None, SOCKET_TIMEOUT=None, CONNECTION_POOL_KWARGS=None, IGNORE_EXCEPTIONS=True)
    assert set(found()) == {f"predictions.{code}" for code in ("E002", "E003", "E005", "W001")}

    change(
        SERIALIZER=f"{SealedBytesSerializer.__module__}.{SealedBytesSerializer.__qualname__}",
        SOCKET_TIMEOUT=0.5,
        CONNECTION_POOL_KWARGS={"redis_connect_func": greet},
        IGNORE_EXCEPTIONS=False,
    )
    assert found() == {}
