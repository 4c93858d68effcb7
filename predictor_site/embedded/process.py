"""Child processes that do not outlive their parent.

On Linux the kernel ends them when the parent dies, even by SIGKILL. Elsewhere a pidfile lets the next run end what
the last one left. The pidfile is locked through a file descriptor that the child inherits, so that the lock says
whether the child lives: a number that another process has got meanwhile is never taken for it.
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

PR_SET_PDEATHSIG = 1

# Loaded before any fork: a forked child must not load libraries.
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


class StartError(Exception):
    """A server could not be started. The message is one line that says why and, where known, what to do."""


@dataclass(frozen=True, slots=True)
class Account:
    """Who a child runs as: as we do, unless named."""

    uid: int | None = None
    gid: int | None = None
    groups: tuple[int, ...] | None = None


OURSELVES = Account()


def die_with_parent(parent: int, signum: signal.Signals = signal.SIGKILL) -> None:
    """Ask the kernel for `signum` when the parent dies (to be exact: the thread of it that made us). Linux only.

    `parent` is the process id that the caller knows the parent by. If it is already gone, the signal comes at once.
    """
    if _libc is None:
        return
    if _libc.prctl(PR_SET_PDEATHSIG, ctypes.c_ulong(signum), *[ctypes.c_ulong(0)] * 3) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG) was refused")
    if os.getppid() != parent:
        os.kill(os.getpid(), signum)


class ChildProcess:
    """A running command. In a session of its own, so that a terminal's Ctrl-C reaches only us, who stop it in order."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        pidfile: Path,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        account: Account = OURSELVES,
        log: Path | None = None,
        death_signal: signal.Signals | None = signal.SIGKILL,
    ) -> None:
        """Start `command`, after ending what an earlier run left under the same pidfile.

        Its output goes to the file `log`, or to ours. `death_signal` is what the kernel sends it when we die.
        Raises OSError when the command cannot be run.
        """
        parent = os.getpid()
        with _locked(pidfile) as lock, _output(log) as output:
            self._process = subprocess.Popen(
                command,
                env=env,
                cwd=cwd,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=None if output is None else subprocess.STDOUT,
                pass_fds=(lock,),
                start_new_session=True,
                user=account.uid,
                group=account.gid,
                extra_groups=account.groups,
                # Runs after the change of user, which would undo it.
                preexec_fn=None if death_signal is None else lambda: die_with_parent(parent, death_signal),
            )
            os.pwrite(lock, str(self.pid).encode(), 0)
        self._pidfile = pidfile
        self._ended = False

    @property
    def pid(self) -> int:
        return self._process.pid

    def poll(self) -> int | None:
        """The exit code, negative for a signal; None while it runs."""
        code = self._process.poll()
        if code is not None and not self._ended:
            self._ended = True
            # What a killed master leaves behind, where the kernel does not see to it.
            _signal_group(self.pid, signal.SIGKILL)
        return code

    def send_signal(self, signum: signal.Signals) -> None:
        """To it alone, and to nobody if it has ended."""
        self._process.send_signal(signum)

    def wait(self) -> int:
        """Until it has ended: its exit code, negative for a signal."""
        self._process.wait()
        return self.poll() or 0

    def stop(self, signum: signal.Signals = signal.SIGTERM, *, within: float = 10.0) -> None:
        """Ask it to end, and kill it with all its children when it has not after `within` seconds."""
        if self._process.poll() is None:
            self._process.send_signal(signum)
            try:
                self._process.wait(within)
            except subprocess.TimeoutExpired:
                _signal_group(self.pid, signal.SIGKILL)
                self._process.wait()
        self.poll()
        self._pidfile.unlink(missing_ok=True)


def last_line(log: Path) -> str:
    """What a server said last, which is why it ended."""
    lines = log.read_text(errors="replace").splitlines()
    return lines[-1].strip() if lines else "it said nothing"


@contextlib.contextmanager
def _locked(pidfile: Path, *, patience: float = 5.0) -> Iterator[int]:
    """A descriptor of the pidfile, locked. Whoever else holds it is a leftover, and ended."""
    fd = os.open(pidfile, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        started = time.monotonic()
        while True:
            try:
                fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                waited = time.monotonic() - started
                if waited > 2 * patience:
                    raise StartError(f"The process named in {pidfile} does not end. Stop it by hand.") from None
                if (leftover := os.pread(fd, 20, 0)).isdigit():
                    _signal_group(int(leftover), signal.SIGTERM if waited < patience else signal.SIGKILL)
                time.sleep(0.05)
        os.truncate(fd, 0)
        yield fd
    finally:
        os.close(fd)


@contextlib.contextmanager
def _output(log: Path | None) -> Iterator[BinaryIO | None]:
    if log is None:
        yield None
        return
    with log.open("wb") as file:
        yield file


def _signal_group(group: int, signum: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signum)
