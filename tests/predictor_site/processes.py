"""Real processes, looked at from outside."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

import psutil

PROJECT = Path(__file__).resolve().parent.parent.parent


def eventually(condition: Callable[[], object], *, within: float = 30.0) -> None:
    """Wait until it holds. Fails when it does not in time."""
    deadline = time.monotonic() + within
    while not condition():
        assert time.monotonic() < deadline, "it never came to be"
        time.sleep(0.02)


def alive(pid: int) -> bool:
    """Whether the process runs; one that has ended and waits to be asked for its exit code does not."""
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def descendants(pid: int) -> dict[int, str]:
    """The command lines of all processes that it, or they, started."""
    found = {}
    for process in psutil.Process(pid).children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):
            found[process.pid] = " ".join(process.cmdline())
    return found


def all_gone(pids: Iterable[int]) -> bool:
    return not any(alive(pid) for pid in pids)


def kill(pids: Iterable[int]) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def environment(**changes: str) -> dict[str, str]:
    """Ours, without what `make test` has set for us, and with `changes`."""
    unset = {"DATABASE_URL", "REDIS_URL", "STATE_DIR", "SECRET_KEY", "DJANGO_SETTINGS_MODULE", "MAKEFLAGS", "MAKELEVEL"}
    return {**{name: value for name, value in os.environ.items() if name not in unset}, **changes}


@contextlib.contextmanager
def started(*command: str, env: Mapping[str, str] | None = None) -> Iterator[subprocess.Popen[str]]:
    """A command of Python's, running in the project's folder; whatever is left of it is killed at the end."""
    process = subprocess.Popen(
        [sys.executable, *command],
        cwd=PROJECT,
        env=environment() if env is None else env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    with process:
        try:
            yield process
        finally:
            with contextlib.suppress(psutil.NoSuchProcess):
                kill([process.pid, *descendants(process.pid)])


def output(process: subprocess.Popen[str], *, within: float = 60.0) -> str:
    """All that it prints until it ends. Fails when it does not in time."""
    return process.communicate(timeout=within)[0]


def read_until(process: subprocess.Popen[str], text: str) -> str:
    """What it prints up to a line with this text. Fails with all that it printed when it ends without."""
    assert process.stdout is not None
    said = ""
    for line in process.stdout:
        said += line
        if text in line:
            return said
    raise AssertionError(f"{text!r} never came:\n{said}")
