"""The web server: granian, with as many workers as there are processors to use."""

from __future__ import annotations

import http.client
import json
import os
import sys
from pathlib import Path

from predictor_site import env
from predictor_site.embedded.process import ChildProcess
from predictor_site.run.address import Address

# Two at least, so that one serves while another is replaced.
FEWEST_WORKERS, MOST_WORKERS = 2, 4
# How long requests in progress may take to end, in seconds, before a stop is no longer polite.
GRACE = 5


class WebServer:
    """granian serving predictor_site.wsgi, whose workers are replaced when they die and die with it."""

    name = "The web server"

    def __init__(self, *, address: Address, folder: Path) -> None:
        """`folder` takes the pidfile."""
        self.address = address
        self.folder = folder
        self._process: ChildProcess | None = None

    def start(self) -> None:
        """Start it. It is ready when `readiness` says so."""
        command = [sys.executable, "-m", "granian", "predictor_site.wsgi:application", "--interface", "wsgi", "--no-ws"]
        command += ["--host", self.address.host, "--port", str(self.address.port)]
        command += ["--workers", str(_workers()), "--blocking-threads", str(env.threads())]
        command += ["--respawn-failed-workers", "--workers-kill-timeout", str(GRACE), "--log-level", "error"]
        self._process = ChildProcess(command, pidfile=self.folder / "granian.pid", env=_environment())

    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def stop(self) -> None:
        if self._process is not None:
            self._process.stop(within=2.0 * GRACE)
            self._process = None

    def get(self, path: str) -> tuple[int, bytes]:
        """GET from it. Raises OSError or HTTPException while it does not answer."""
        connection = http.client.HTTPConnection(self.address.reachable_host, self.address.port, timeout=10)
        try:
            connection.request("GET", path)
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()

    def readiness(self) -> str | None:
        """What it lacks: nothing, "", when it is ready to serve; None while it does not answer yet."""
        try:
            status, body = self.get("/readyz")
        except (OSError, http.client.HTTPException):
            return None
        if status < 500:
            return ""
        try:
            return str(json.loads(body)["detail"])
        except (ValueError, LookupError, TypeError):
            return f"/readyz answers {status}."

    def example(self) -> str:
        """An address worth asking: the next match's prediction, or else the list of matches."""
        matches = "/api/v1/matches/?status=scheduled"
        try:
            match = json.loads(self.get(matches)[1])["results"][0]["id"]
        except (OSError, http.client.HTTPException, ValueError, LookupError, TypeError):
            return self.address.url + matches
        return f"{self.address.url}/api/v1/predictions/{match}/"


def _workers() -> int:
    if sys.platform == "linux":
        processors = len(os.sched_getaffinity(0))
    else:
        processors = os.cpu_count() or 1
    return max(FEWEST_WORKERS, min(MOST_WORKERS, processors))


def _environment() -> dict[str, str]:
    environment = {**os.environ, "DIE_WITH_PARENT": "1"}
    # Workers and threads fill the processors already; a pool of threads per matrix product would fight over them.
    for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        environment.setdefault(variable, "1")
    return environment
