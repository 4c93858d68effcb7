"""Being asked to end, noted instead of raised: no signal interrupts the start or the stop of a server half-way."""

from __future__ import annotations

import os
import select
import signal
from types import FrameType, TracebackType
from typing import Self

ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Signals:
    """While entered, takes the signals that ask us to end, and wakes whoever waits, also when a child ends."""

    def __init__(self) -> None:
        self._noted: list[signal.Signals] = []

    def __enter__(self) -> Self:
        # A byte in the pipe outlasts the moment between looking and waiting, so that no signal is missed.
        self._wakeups, self._waker = os.pipe()
        os.set_blocking(self._wakeups, False)
        os.set_blocking(self._waker, False)
        self._former_waker = signal.set_wakeup_fd(self._waker, warn_on_full_buffer=False)
        # Who ignores a signal on purpose, as nohup does, goes on ignoring it.
        taken = [signum for signum in ENDING if signum == signal.SIGINT or signal.getsignal(signum) != signal.SIG_IGN]
        self._former = {signum: signal.signal(signum, self._note) for signum in taken}
        self._former[signal.SIGCHLD] = signal.signal(signal.SIGCHLD, lambda signum, frame: None)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for signum, handler in self._former.items():
            signal.signal(signum, handler)
        signal.set_wakeup_fd(self._former_waker)
        os.close(self._wakeups)
        os.close(self._waker)

    def _note(self, signum: int, frame: FrameType | None) -> None:
        self._noted.append(signal.Signals(signum))

    def __bool__(self) -> bool:
        """Whether we have been asked to end."""
        return bool(self._noted)

    def take(self) -> list[signal.Signals]:
        """What has come since the last call, oldest first."""
        taken, self._noted = self._noted, []
        return taken

    def wait(self, seconds: float | None = None) -> None:
        """Sleep until a signal comes, a child ends, or the time is up."""
        if select.select([self._wakeups], [], [], seconds)[0]:
            os.read(self._wakeups, 4096)
