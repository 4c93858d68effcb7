"""Django's system checks for how the cache is set. The faults they know all look well until something goes wrong.

Those that only read the settings run with every command. Those that ask Redis run with `check --deploy` alone: it is
typed where the production's settings are, while the others are typed where Redis may not run yet. Even there one that
can't be reached is a mere note. `cache_health` shows both kinds.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import Any

from django.conf import settings
from django.core.cache import caches
from django.core.checks import CheckMessage, Error, Info, Warning, register  # noqa: A004
from django.utils.module_loading import import_string
from django_redis.cache import RedisCache
from django_redis.serializers.pickle import PickleSerializer
from redis import ConnectionPool, Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError, ResponseError
from redis.retry import Retry

from predictions.cache.connecting import greet
from predictions.cache.server_info import RECOMMENDED_POLICY

SETTINGS, SERVER = "cache", "redis"
ALIAS = "predictions"

# What of an alias' OPTIONS goes into its connection pool.
POOL_OPTIONS = (
    "USERNAME",
    "PASSWORD",
    "SOCKET_TIMEOUT",
    "SOCKET_CONNECT_TIMEOUT",
    "PARSER_CLASS",
    "CONNECTION_POOL_CLASS",
    "CONNECTION_POOL_KWARGS",
)
SECONDS_TO_ASK = 1.0


@register(SETTINGS)
def check_backend(**kwargs: Any) -> list[CheckMessage]:
    """Without django-redis there is no cache; the other checks are silent then."""
    if _is_django_redis(settings.CACHES.get(ALIAS, {})):
        return []
    hint = "Set its BACKEND to django_redis.cache.RedisCache."
    return [Error(f"The cache {ALIAS!r} is not one of django-redis.", hint=hint, id="predictions.E001")]


@register(SETTINGS)
def check_serializer(**kwargs: Any) -> list[CheckMessage]:
    """Pickle, which django-redis takes by itself, runs whatever code somebody puts into Redis."""
    options = _options()
    if options is None:
        return []
    chosen = import_string(options["SERIALIZER"]) if "SERIALIZER" in options else PickleSerializer
    if not issubclass(chosen, PickleSerializer):
        return []
    hint = f"Set OPTIONS['SERIALIZER'] of CACHES[{ALIAS!r}] to predictions.cache.serializer.SealedBytesSerializer."
    return [Error(f"The cache {ALIAS!r} is read with pickle.", hint=hint, id="predictions.E002")]


@register(SETTINGS)
def check_timeouts(**kwargs: Any) -> list[CheckMessage]:
    """Without them a Redis that hangs holds up every request, for seconds or for ever."""
    options = _options()
    if options is None:
        return []
    of_pool = options.get("CONNECTION_POOL_KWARGS", {})
    names = ("SOCKET_CONNECT_TIMEOUT", "SOCKET_TIMEOUT")
    missing = " and ".join(name for name in names if not (options.get(name) or of_pool.get(name.lower())))
    if not missing:
        return []
    hint = f"Set {missing} in the OPTIONS of CACHES[{ALIAS!r}], to half a second or so."
    return [Error(f"The cache {ALIAS!r} has no {missing}.", hint=hint, id="predictions.E003")]


@register(SETTINGS)
def check_shared_pools(**kwargs: Any) -> list[CheckMessage]:
    """django-redis keeps one pool for each address: the options of whichever alias is used first hold for all."""
    aliases = {alias: config for alias, config in settings.CACHES.items() if _is_django_redis(config)}
    return [
        Error(
            f"The caches {one!r} and {other!r} share a connection pool, but differ in {', '.join(differences)}.",
            hint="Give them the same OPTIONS, or tell their LOCATIONs apart, as by ?db=1.",
            id="predictions.E004",
        )
        for one, other in combinations(sorted(aliases), 2)
        if _locations(aliases[one]) & _locations(aliases[other])
        and (differences := _differences(aliases[one], aliases[other]))
    ]


@register(SETTINGS)
def check_ignored_exceptions(**kwargs: Any) -> list[CheckMessage]:
    """An outage would look like a miss: no breaker would open, and a purge that failed would seem done."""
    options = _options()
    if options is None:
        return []
    name = "IGNORE_EXCEPTIONS" if "IGNORE_EXCEPTIONS" in options else "DJANGO_REDIS_IGNORE_EXCEPTIONS"
    if not options.get("IGNORE_EXCEPTIONS", getattr(settings, "DJANGO_REDIS_IGNORE_EXCEPTIONS", False)):
        return []
    hint = f"Set {name} to False: the service handles the errors of Redis itself."
    return [Error(f"{name} hides from the cache {ALIAS!r} that Redis is away.", hint=hint, id="predictions.E005")]


@register(SETTINGS)
def check_limits(**kwargs: Any) -> list[CheckMessage]:
    """With no place for anybody nothing could ever be computed."""
    return [
        Error(f"{name} is {value!r}.", hint=f"Set {name} to a whole number from 1 up.", id="predictions.E006")
        for name in ("MOST_COMPUTATIONS", "MOST_WAITERS")
        if type(value := getattr(settings, name, None)) is not int or value < 1
    ]


@register(SETTINGS)
def check_greeting(**kwargs: Any) -> list[CheckMessage]:
    """Without it a Redis that comes back with old data is believed."""
    options = _options()
    if options is None or options.get("CONNECTION_POOL_KWARGS", {}).get("redis_connect_func") is greet:
        return []
    hint = (
        f"Set OPTIONS['CONNECTION_POOL_KWARGS']['redis_connect_func'] of CACHES[{ALIAS!r}] to "
        "predictions.cache.connecting.greet."
    )
    fault = f"Connections of the cache {ALIAS!r} don't make up for the purges that Redis has missed while it was away."
    return [Warning(fault, hint=hint, id="predictions.W001")]


@register(SETTINGS, SERVER, deploy=True)
def check_server(**kwargs: Any) -> list[CheckMessage]:
    """Ask Redis, for about a second at the most, how it is set."""
    if _options() is None:
        return []
    try:
        info = _ask()
    except ResponseError as error:
        hint = "Allow it with ACL SETUSER <user> +info: it says whether Redis was started again since."
        return [Error(f"Redis refuses INFO ({type(error).__name__}).", hint=hint, id="predictions.E007")]
    except (RedisError, ValueError) as error:
        hint = "Where Redis should run, type manage.py cache_health, which says what is wrong."
        fault = f"Redis could not be asked how it is set ({type(error).__name__})."
        return [Info(fault, hint=hint, id="predictions.I001")]
    return list(_faults(info))


def _faults(info: dict[str, Any]) -> Iterator[CheckMessage]:
    """A figure that the server does not give, as managed ones hide some, is no fault."""
    if info.get("role") == "slave":
        hint = "Point REDIS_URL at the primary: a replica stores nothing, and purges nothing."
        yield Error("Redis is a replica.", hint=hint, id="predictions.E008")
    if info.get("maxmemory") == 0:
        hint = "Set maxmemory, so that Redis evicts instead of making the machine swap."
        yield Warning("Redis has no memory limit.", hint=hint, id="predictions.W002")
    policy = info.get("maxmemory_policy")
    if policy not in (None, RECOMMENDED_POLICY):
        what = (
            "keeps new ones out once it is full"
            if policy == "noeviction"
            else "may drop them in a flood of unknown ids"
        )
        hint = f"Set maxmemory-policy to {RECOMMENDED_POLICY}, which drops what expires soonest: absences first."
        fault = f"Redis does not protect predictions: its maxmemory-policy {policy} {what}."
        yield Warning(fault, hint=hint, id="predictions.W003")


def _ask() -> dict[str, Any]:
    """INFO, over a connection that is not greeted: what is owed to the server does not matter here."""
    cache: Any = caches[ALIAS]
    pool = cache.client.get_client(write=True).connection_pool
    overruled = {
        "redis_connect_func": None,
        "retry": Retry(NoBackoff(), 0),
        **dict.fromkeys(("socket_connect_timeout", "socket_timeout"), SECONDS_TO_ASK),
    }
    own = ConnectionPool(connection_class=pool.connection_class, **{**pool.connection_kwargs, **overruled})
    try:
        info: dict[str, Any] = Redis(connection_pool=own).info()
    finally:
        own.disconnect()
    return info


def _options() -> dict[str, Any] | None:
    """The OPTIONS of the predictions' cache; None if it is not django-redis'."""
    config = settings.CACHES.get(ALIAS, {})
    return config.get("OPTIONS", {}) if _is_django_redis(config) else None


def _is_django_redis(config: dict[str, Any]) -> bool:
    try:
        return issubclass(import_string(config.get("BACKEND", "")), RedisCache)
    except ImportError:
        return False


def _locations(config: dict[str, Any]) -> set[str]:
    location = config.get("LOCATION") or ""
    return set(location.split(",") if isinstance(location, str) else location)


def _differences(one: dict[str, Any], other: dict[str, Any]) -> list[str]:
    options, others = one.get("OPTIONS", {}), other.get("OPTIONS", {})
    return [name for name in POOL_OPTIONS if options.get(name) != others.get(name)]
