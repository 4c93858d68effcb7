"""A web server under a test's control: granian and its workers, as `make run` starts them, on a free port.

    with web_server(database=own_database, redis=own_redis, workers=4, settings={"LEASE_SECONDS": 1.0}) as web:
        with web.computations_held():
            answers = pool.map(web.get, 256 * [f"/api/v1/predictions/{match.pk}/"])
            eventually(web.computations)
            web.kill_worker(web.computations()[0].worker)
        assert len(web.computations()) == 2

It uses the test's database, models and secret, so that what it caches is the test's to read, and the other way about.
"""

from __future__ import annotations

import contextlib
import fcntl
import http.client
import json
import os
import re
import signal
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import Any, NamedTuple

import psutil
from django.conf import settings as django_settings

from predictor_site.embedded.process import ChildProcess
from tests.integration.database import Database
from tests.integration.servers import RedisServer, free_port
from tests.predictor_site.processes import PROJECT, environment, eventually

# What starting may take on a busy machine, in seconds: every worker imports scikit-learn.
START_SECONDS = 240.0


@dataclass(frozen=True, slots=True)
class Response:
    """`headers` by their names in small letters."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


class Computation(NamedTuple):
    """One call of the estimator."""

    worker: int
    """The process id of who called."""
    matches: int


class WebServer:
    """granian with `workers` processes of `threads` threads each; `settings` are Django's, beside our own."""

    def __init__(
        self,
        *,
        folder: Path,
        database: Database,
        redis: RedisServer,
        workers: int = 2,
        threads: int = 16,
        settings: Mapping[str, Any] | None = None,
    ) -> None:
        """`folder` is its own."""
        self.folder = folder
        self.port = free_port()
        self._workers = workers
        self._command = [sys.executable, "-m", "granian", "tests.integration.web_application:application"]
        self._command += ["--interface", "wsgi", "--no-ws", "--host", "127.0.0.1", "--port", str(self.port)]
        self._command += ["--workers", str(workers), "--blocking-threads", str(threads)]
        self._command += ["--respawn-failed-workers", "--workers-kill-timeout", "5", "--log-level", "info"]
        self._environment = environment(
            DATABASE_URL=database.url,
            REDIS_URL=redis.url,
            SECRET_KEY=django_settings.SECRET_KEY,
            STATE_DIR=str(database.state),
            THREADS=str(threads),
            DJANGO_SETTINGS_MODULE="tests.integration.web_settings",
            TEST_SETTINGS=json.dumps(settings or {}),
            OBSERVED=str(folder),
            DIE_WITH_PARENT="1",
            OMP_NUM_THREADS="1",
            OPENBLAS_NUM_THREADS="1",
        )
        self._process: ChildProcess | None = None

    @property
    def log(self) -> Path:
        return self.folder / "granian.log"

    def start(self) -> None:
        """Start it, and wait until every worker serves. Fails with what it said if one can't."""
        self._process = ChildProcess(
            self._command, pidfile=self.folder / "granian.pid", env=self._environment, cwd=PROJECT, log=self.log
        )
        eventually(lambda: self.starts() >= self._workers or self._failed(), within=START_SECONDS)
        assert not self._failed(), f"the web server could not start:\n{self.log.read_text()}"

    def stop(self) -> None:
        """End it, killing what does not end by itself."""
        if self._process is not None:
            self._process.stop(within=10.0)
            self._process = None

    def wait_for_workers(self, starts: int) -> None:
        """Until so many in all, since the server was started, have begun to serve."""
        eventually(lambda: self.starts() >= starts, within=START_SECONDS)

    def starts(self) -> int:
        """How often a worker has begun to serve since the server was started."""
        return len(re.findall(r"Started worker-\d+", self.log.read_text()))

    def get(self, path: str, *, timeout: float = 30.0) -> Response:
        """GET over a connection of its own. Raises OSError or http.client.HTTPException when there is no answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        with contextlib.closing(connection):
            connection.request("GET", path)
            response = connection.getresponse()
            headers = {name.lower(): value for name, value in response.getheaders()}
            return Response(response.status, headers, response.read())

    def workers(self) -> list[int]:
        """The process ids of those that run."""
        assert self._process is not None
        children = psutil.Process(self._process.pid).children()
        return [child.pid for child in children if child.status() != psutil.STATUS_ZOMBIE]

    def kill_worker(self, pid: int) -> None:
        """SIGKILL to one of its workers. The server replaces it."""
        assert pid in self.workers(), f"{pid} is no worker of this server"
        os.kill(pid, signal.SIGKILL)

    def computations(self) -> list[Computation]:
        """Every call of the estimator so far in any worker, in order; those that are held included."""
        calls = self.folder / "calls"
        lines = calls.read_text().splitlines() if calls.exists() else []
        return [Computation(*map(int, line.split())) for line in lines]

    def most_at_once(self) -> int:
        """The most calls of the estimator that one worker had going on at once, of those that have ended."""
        ended = self.folder / "ended"
        steps: dict[str, list[tuple[float, int]]] = {}
        for line in ended.read_text().splitlines() if ended.exists() else []:
            worker, begin, end = line.split()
            # At the same instant, ends come first.
            steps.setdefault(worker, []).extend([(float(begin), 1), (float(end), -1)])
        return max((max(accumulate(step for _, step in sorted(each))) for each in steps.values()), default=0)

    @contextlib.contextmanager
    def computations_slowed(self, seconds: float) -> Iterator[None]:
        """While inside, every call of the estimator takes so much longer."""
        slow = self.folder / "slow"
        # Renamed into place, so that nobody reads half of it.
        draft = self.folder / "slow-draft"
        draft.write_text(str(seconds))
        draft.rename(slow)
        try:
            yield
        finally:
            slow.unlink()

    @contextlib.contextmanager
    def computations_held(self) -> Iterator[None]:
        """While inside, every call of the estimator is written down and then waits."""
        with (self.folder / "hold").open("a") as hold:
            fcntl.flock(hold, fcntl.LOCK_EX)
            yield

    def _failed(self) -> bool:
        # Workers that can't start are replaced again and again.
        ended = self._process is None or self._process.poll() is not None
        return ended or "Unexpected exit" in self.log.read_text()


@contextlib.contextmanager
def web_server(
    *,
    database: Database,
    redis: RedisServer,
    workers: int = 2,
    threads: int = 16,
    settings: Mapping[str, Any] | None = None,
) -> Iterator[WebServer]:
    """One that serves, and of which nothing is left afterwards."""
    with tempfile.TemporaryDirectory(prefix="predictor-web-") as folder:
        server = WebServer(
            folder=Path(folder), database=database, redis=redis, workers=workers, threads=threads, settings=settings
        )
        try:
            server.start()
            yield server
        finally:
            server.stop()
