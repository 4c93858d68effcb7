"""Runs a command with fresh servers: they start before it, end with it, and leave nothing behind."""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from predictor_site.embedded.postgres import PostgresServer
from predictor_site.embedded.process import StartError, die_with_parent
from predictor_site.embedded.signals import Signals
from predictor_site.embedded.valkey import ValkeyServer

EXAMPLE = "Example: python -m predictor_site.embedded --postgres --valkey -- python -m pytest"
# A Unix socket's path must be short, and `nobody` must be able to reach it.
LONGEST_FOLDER = 60
# How long a command that is asked to end may take, in seconds.
PATIENCE = 10.0


def main(arguments: Sequence[str] | None = None) -> int:
    """Start the servers asked for, run the command, stop them. Returns the command's exit code, 2 without servers."""
    options = _parse(arguments)
    environment = dict(os.environ)
    try:
        with Signals() as signals, contextlib.ExitStack() as servers:
            if options.postgres:
                environment["DATABASE_URL"] = servers.enter_context(_postgres())
            if options.valkey:
                environment["REDIS_URL"] = servers.enter_context(_valkey())
            return _run(options.command, environment, signals)
    except StartError as error:
        sys.stderr.write(f"{error}\n")
        return 2


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m predictor_site.embedded",
        description="Run COMMAND with DATABASE_URL and REDIS_URL of fresh temporary servers; exit with its exit code.",
        epilog=EXAMPLE,
    )
    parser.add_argument("--postgres", action="store_true", help="start a PostgreSQL and set DATABASE_URL")
    parser.add_argument("--valkey", action="store_true", help="start a Valkey and set REDIS_URL")
    parser.add_argument("command", nargs="+", metavar="COMMAND", help="what to run, after --")
    return parser.parse_args(arguments)


def _run(command: Sequence[str], environment: Mapping[str, str], signals: Signals) -> int:
    """Run it in our session, so that it keeps the terminal, and pass on what asks us to end."""
    if signals:
        return 128 + signals.take()[0]
    parent = os.getpid()
    try:
        process = subprocess.Popen(command, env=environment, preexec_fn=lambda: die_with_parent(parent, signal.SIGTERM))
    except OSError as error:
        raise StartError(f"{command[0]} could not be run: {error.strerror}") from None
    while process.poll() is None:
        for signum in signals.take():
            if signum == signal.SIGINT and _in_foreground():
                continue  # the terminal has sent it to the command as well
            process.send_signal(signum)
            if signum != signal.SIGINT:
                _wait_or_kill(process)
        signals.wait()
    return process.returncode if process.returncode >= 0 else 128 - process.returncode


def _in_foreground() -> bool:
    try:
        return os.tcgetpgrp(sys.stdin.fileno()) == os.getpgrp()
    except (OSError, ValueError):
        return False


def _wait_or_kill(process: subprocess.Popen[bytes]) -> None:
    try:
        process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()


@contextlib.contextmanager
def _postgres() -> Iterator[str]:
    with _folder("predictor-postgres-") as folder, _running(PostgresServer(folder=folder)) as url:
        yield url


@contextlib.contextmanager
def _valkey() -> Iterator[str]:
    with (
        _folder("predictor-valkey-") as folder,
        _running(ValkeyServer(folder=folder, socket=folder / "valkey.sock")) as url,
    ):
        yield url


@contextlib.contextmanager
def _running(server: PostgresServer | ValkeyServer) -> Iterator[str]:
    try:
        server.start()
        yield server.url
    finally:
        server.stop()


@contextlib.contextmanager
def _folder(prefix: str) -> Iterator[Path]:
    usual = tempfile.gettempdir()
    place = "/tmp" if os.geteuid() == 0 or len(usual) > LONGEST_FOLDER else usual  # noqa: S108 - made private at once
    with tempfile.TemporaryDirectory(prefix=prefix, dir=place) as folder:
        yield Path(folder)


if __name__ == "__main__":
    sys.exit(main())
