"""What the environment says, read once and in one place."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import environ

_env = environ.Env()
_BASE_DIR = Path(__file__).resolve().parent.parent


def debug() -> bool:
    return _env.bool("DEBUG", default=False)


def state_directory() -> Path:
    """The folder for what a run leaves behind (STATE_DIR; `var` beside manage.py)."""
    return Path(_env.str("STATE_DIR", default=str(_BASE_DIR / "var")))


def secret_keys() -> tuple[str, list[str]]:
    return _env.str("SECRET_KEY", default="not-yet"), _env.list("SECRET_KEY_FALLBACKS", default=[])


def allowed_hosts() -> list[str]:
    return _env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])


def csrf_trusted_origins() -> list[str]:
    return _env.list("CSRF_TRUSTED_ORIGINS", default=[])


def database() -> dict[str, Any]:
    state_directory().mkdir(parents=True, exist_ok=True)
    return dict(_env.db_url("DATABASE_URL", default=f"sqlite:///{state_directory() / 'predictor.sqlite3'}"))


def predictions_cache() -> dict[str, Any]:
    return {
        "BACKEND": "django_redis.cache.RedisCache",
        "LOCATION": _env.str("REDIS_URL", default="redis://127.0.0.1:6379/0"),
    }
