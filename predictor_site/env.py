"""What the environment says, read once and in one place.

Without REDIS_URL and DATABASE_URL everything lives in the state directory, where `make run` keeps it; so
`manage.py` commands typed beside a running `make run` speak to the same servers.
"""

from __future__ import annotations

import hashlib
import re
import tempfile
from contextlib import suppress
from ipaddress import ip_network
from math import inf, nan
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

from predictions.cache.connecting import RetryClosed, greet

BASE_DIR = Path(__file__).resolve().parent.parent

# What a Unix socket's address may measure, in bytes: 104 on macOS, 108 on Linux, with the closing zero.
LONGEST_SOCKET_PATH = 103

_env = environ.Env()


def debug() -> bool:
    """DEBUG: pages that explain errors. Never in production."""
    return bool(_env.bool("DEBUG", default=False))


def https() -> bool:
    """HTTPS: whether the service is reached over TLS, as it is in production behind a proxy."""
    return bool(_env.bool("HTTPS", default=False))


def state_directory() -> Path:
    """STATE_DIR: the folder for what a run leaves behind; `var` beside manage.py unless set."""
    return Path(_env.str("STATE_DIR", default=str(BASE_DIR / "var")))


def model_directory() -> Path:
    """MODEL_DIRECTORY: the folder for the artefacts of trained models; `models` in the state directory unless set."""
    return Path(_env.str("MODEL_DIRECTORY", default="") or state_directory() / "models")


def model_storage() -> str:
    """MODEL_STORAGE: `directory`, or `database` where machines that share no folder serve the same model."""
    storage = str(_env.str("MODEL_STORAGE", default="") or "directory")
    if storage not in ("directory", "database"):
        raise ImproperlyConfigured(f"MODEL_STORAGE={storage} is neither `directory` nor `database`.")
    return storage


def secret_key_file() -> Path:
    """Where `make run` keeps the secret that it makes for development."""
    return state_directory() / "secret_key"


def secret_keys() -> tuple[str, list[str]]:
    """SECRET_KEY and SECRET_KEY_FALLBACKS. Raises ImproperlyConfigured when there is no secret at all."""
    fallbacks = _env.list("SECRET_KEY_FALLBACKS", default=[])
    if key := _env.str("SECRET_KEY", default=""):
        return key, fallbacks
    try:
        return secret_key_file().read_text().strip(), fallbacks
    except OSError:
        raise ImproperlyConfigured(
            "SECRET_KEY is not set. Set it to a long random text, or type `make run`, which makes one for development."
        ) from None


def allowed_hosts() -> list[str]:
    """ALLOWED_HOSTS: host names under which the service answers, separated by commas."""
    return list(_env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"]))


def csrf_trusted_origins() -> list[str]:
    """CSRF_TRUSTED_ORIGINS: origins from which the admin's forms may be sent, separated by commas."""
    return list(_env.list("CSRF_TRUSTED_ORIGINS", default=[]))


def cors_origins() -> list[str]:
    """CORS_ORIGINS: origins whose pages may use the API, separated by commas; `*` for all."""
    origins = [text.strip() for text in _env.list("CORS_ORIGINS", default=[])]
    for text in origins:
        if text != "*" and not re.fullmatch(r"https?://[^/\s*]+", text):
            raise ImproperlyConfigured(f"CORS_ORIGINS={text} is no origin like https://odds.example, and not `*`.")
    return origins


def database() -> dict[str, Any]:
    """DATABASE_URL; an SQLite file in the state directory unless set."""
    file = state_directory() / "predictor.sqlite3"
    with suppress(OSError):
        # Where it can't be made, SQLite says so as soon as somebody asks it for anything.
        file.parent.mkdir(parents=True, exist_ok=True)
    config: dict[str, Any] = {"ENGINE": "django.db.backends.sqlite3", "NAME": str(file)}
    if url := _env.str("DATABASE_URL", default=""):
        if urlsplit(url).scheme not in environ.Env.DB_SCHEMES:
            raise ImproperlyConfigured(
                "DATABASE_URL is no address of a database, like postgres://user:password@host/name"
            )
        config = dict(_env.db_url_config(url))
    if config["ENGINE"].endswith("sqlite3"):
        # Write-ahead logging lets readers go on beside a writer; IMMEDIATE makes writers queue instead of failing.
        config["OPTIONS"] = {
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
        }
    else:
        config.update(CONN_MAX_AGE=60, CONN_HEALTH_CHECKS=True)
        # An address where nobody answers must not hold up every request for minutes.
        config.setdefault("OPTIONS", {}).setdefault("connect_timeout", 5)
    return config


def embedded_redis_socket() -> Path:
    """The Unix socket of the Valkey that `make run` starts: in the state directory, unless its path is too long."""
    path = state_directory().absolute() / "valkey.sock"
    if len(str(path).encode()) <= LONGEST_SOCKET_PATH:
        return path
    digest = hashlib.sha256(str(path).encode()).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"predictor-{digest}" / "valkey.sock"


def redis_url() -> str:
    """REDIS_URL (redis://, rediss://, unix://); the embedded Valkey's socket unless set."""
    return str(_env.str("REDIS_URL", default="")) or f"unix://{quote(str(embedded_redis_socket()))}"


def threads() -> int:
    """THREADS: how many threads of each worker answer requests."""
    return int(_number("THREADS", 16, least=4))


def most_computations() -> int:
    """MOST_COMPUTATIONS: how many predictions a process computes at once; the others wait, or are to come back."""
    return int(_number("MOST_COMPUTATIONS", min(4, threads() // 4), least=1))


def most_waiters() -> int:
    """MOST_WAITERS: how many threads may wait for a prediction; some are always left for what is cached."""
    most = int(_number("MOST_WAITERS", threads() - most_computations() - 2, least=1))
    if most + most_computations() >= threads():
        raise ImproperlyConfigured(
            f"MOST_COMPUTATIONS ({most_computations()}) and MOST_WAITERS ({most}) must be fewer together than THREADS "
            f"({threads()}), so that some are always left to serve what is cached."
        )
    return most


def stale_grace() -> float:
    """STALE_GRACE: for how many seconds past its TTL an answer is served while it is made anew."""
    return _number("STALE_GRACE", 1800, least=0)


def redis_timeout() -> float:
    """REDIS_TIMEOUT: how many seconds Redis may take, to connect and to answer."""
    return _number("REDIS_TIMEOUT", 0.5, least=0.001)


def rate_per_address() -> int:
    """RATE_PER_ADDRESS: how many predictions a minute may be computed for an address that sends no key."""
    return int(_number("RATE_PER_ADDRESS", 600, least=1))


def rate_per_key() -> int:
    """RATE_PER_KEY: the same for a key that has no rate of its own."""
    return int(_number("RATE_PER_KEY", 6000, least=1))


def trusted_proxies() -> list[str]:
    """TRUSTED_PROXIES: whose X-Forwarded-For is believed: addresses or networks, separated by commas, or `unix`."""
    proxies = [text.strip() for text in _env.list("TRUSTED_PROXIES", default=[])]
    for text in proxies:
        try:
            if text != "unix":
                ip_network(text)
        except ValueError as error:
            raise ImproperlyConfigured(f"TRUSTED_PROXIES: {error}. Write networks like 10.0.0.0/8.") from None
    return proxies


def _number(name: str, default: float, *, least: float) -> float:
    text = _env.str(name, default="") or str(default)
    try:
        number = float(text)
    except ValueError:
        number = nan
    if not least <= number < inf or (isinstance(default, int) and least >= 1 and number != int(number)):
        raise ImproperlyConfigured(f"{name}={text} is not a number from {least} up.")
    return number


def embedded_valkey() -> bool:
    """Whether `make run` brings its own Valkey: unless REDIS_URL names a server."""
    return not _env.str("REDIS_URL", default="")


def predictions_cache() -> dict[str, Any]:
    """The cache of predictions: django-redis that passes sealed bytes, fails fast, and hides no outage.

    No connection is used before it has made up for the purges that its server has missed.
    """
    return {
        "BACKEND": "django_redis.cache.RedisCache",
        "LOCATION": redis_url(),
        "KEY_PREFIX": _env.str("CACHE_KEY_PREFIX", default=""),
        "KEY_FUNCTION": "predictions.cache.keys.raw_key",
        "REVERSE_KEY_FUNCTION": "predictions.cache.keys.plain_key",
        "OPTIONS": {
            "SERIALIZER": "predictions.cache.serializer.SealedBytesSerializer",
            "SOCKET_CONNECT_TIMEOUT": redis_timeout(),
            "SOCKET_TIMEOUT": redis_timeout(),
            "CONNECTION_POOL_KWARGS": {"redis_connect_func": greet, "retry": RetryClosed()},
        },
    }
