"""The service as a bench needs it: real matches, a trained model, and processes that use a Redis of their own."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from predictor_site.embedded.process import die_with_parent
from predictor_site.embedded.valkey import ValkeyServer, binary

PROJECT = Path(__file__).resolve().parent.parent
# Of whoever types the command. None of it is meant for a bench.
FORGOTTEN = {
    "CACHE_KEY_PREFIX",
    "DATABASE_URL",
    "DEBUG",
    "HTTPS",
    "MOST_COMPUTATIONS",
    "SECRET_KEY_FALLBACKS",
    "STALE_GRACE",
}


class BenchError(Exception):
    """Nothing could be measured. The message says why."""


class Service:
    """A folder with an SQLite database and models, and the secret that goes with them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._secret = secrets.token_urlsafe(50)

    def run(self, module: str, *arguments: str, redis: ValkeyServer) -> Any:
        """What the module, run in a process of its own, prints: JSON. Its progress goes to our error output.

        Raises BenchError if it fails, having said why itself.
        """
        environment = {name: value for name, value in os.environ.items() if name not in FORGOTTEN}
        environment |= {
            "DJANGO_SETTINGS_MODULE": "predictor_site.settings",
            "SECRET_KEY": self._secret,
            "STATE_DIR": str(self.folder),
            "REDIS_URL": redis.url,
            # What is measured is memory. A busy machine must not look like an outage.
            "REDIS_TIMEOUT": "30",
            "OMP_NUM_THREADS": "1",
        }
        command = [sys.executable, "-m", module, *arguments]
        parent = os.getpid()
        done = subprocess.run(
            command,
            cwd=PROJECT,
            env=environment,
            stdout=subprocess.PIPE,
            check=False,
            preexec_fn=lambda: die_with_parent(parent),
        )
        if done.returncode != 0:
            raise BenchError(f"{module} failed with exit code {done.returncode}.")
        return json.loads(done.stdout)


@contextlib.contextmanager
def prepared(*, fixtures: int = 0) -> Iterator[Service]:
    """The demo and a model trained on it, with so many matches to be played at least. Gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="predictor-bench-") as folder:
        service = Service(Path(folder))
        with server() as redis:
            service.run("bench.preparation", str(fixtures), redis=redis)
        yield service


@contextlib.contextmanager
def server(program: str | None = None, **options: str) -> Iterator[ValkeyServer]:
    """A Valkey or Redis with nothing in it and no limit; `options` are its own, with `_` for `-`."""
    with tempfile.TemporaryDirectory(prefix="predictor-bench-") as folder:
        running = ValkeyServer(
            folder=Path(folder),
            socket=Path(folder) / "redis.sock",
            options={"maxmemory": "0"} | {name.replace("_", "-"): value for name, value in options.items()},
            program=program,
        )
        try:
            running.start()
            yield running
        finally:
            running.stop()


def programs() -> list[str]:
    """The embedded server, then a Redis if one is installed. Raises StartError if there is neither."""
    return list(dict.fromkeys([binary(), *filter(None, [shutil.which("redis-server")])]))


def say(text: str) -> None:
    """Progress, apart from the figures."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()
