"""Work that no caller waits for: one thread of the process does it, one job after the other.

A job may be put off, so that it does not compete with those who answer for the processor, and that more of the same
come together meanwhile.

What can't be queued is dropped, since none of it is needed for a true answer.
"""

from __future__ import annotations

import logging
import os
from collections import OrderedDict
from collections.abc import Callable, Hashable
from math import inf
from threading import Condition, Thread
from time import monotonic

from django.db import connections

logger = logging.getLogger(__name__)

MOST_QUEUED = 1000

Job = Callable[[], None]


class Background:
    """A queue and its thread, which starts with the first job, also in a process forked meanwhile."""

    def __init__(self, most_queued: int = MOST_QUEUED) -> None:
        self._most = most_queued
        self.held = False
        """Whether jobs only queue, until somebody calls `run_queued`."""
        self._thread: Thread | None = None
        self._begin()

    def submit(self, key: Hashable, job: Job, *, after: float = 0.0) -> bool:
        """Have `job` done some time, `after` seconds at the earliest; False if the same key waits already, or too many
        do.
        """
        if self._pid != os.getpid():
            self._begin()
        with self._changed:
            if key in self._queue or len(self._queue) >= self._most:
                return False
            self._queue[key] = job, monotonic() + after
            self._changed.notify_all()
            if self._thread is None and not self.held:
                thread = Thread(target=self._work, name="predictions-background", daemon=True)
                thread.start()
                self._thread = thread
        return True

    def run_queued(self) -> int:
        """Do what is queued here and now, in the caller's thread, put off or not; says how many jobs that were."""
        done = 0
        while job := self._next(now=inf):
            self._do(job)
            done += 1
        return done

    def drop_queued(self) -> None:
        """Forget what is queued."""
        with self._changed:
            self._queue.clear()

    def wait_until_idle(self, timeout: float) -> bool:
        """Whether everything queued is done, after `timeout` seconds at the most."""
        if self._thread is None or self.held:
            self.run_queued()
        with self._changed:
            return self._changed.wait_for(lambda: not self._queue and not self._busy, timeout)

    def _begin(self) -> None:
        self._pid = os.getpid()
        self._changed = Condition()
        self._queue: OrderedDict[Hashable, tuple[Job, float]] = OrderedDict()
        self._thread = None
        self._busy = False

    def _next(self, *, now: float) -> Job | None:
        """The first that is due."""
        with self._changed:
            key = next((key for key, (_, due) in self._queue.items() if due <= now), None)
            self._busy = key is not None
            self._changed.notify_all()
            return None if key is None else self._queue.pop(key)[0]

    def _do(self, job: Job) -> None:
        try:
            job()
        except Exception as error:
            # Its name alone: the message may quote a command with its arguments.
            logger.warning("Background work failed: %s", type(error).__name__)

    def _work(self) -> None:
        while True:
            while not self.held and (job := self._next(now=monotonic())):
                self._do(job)
            connections.close_all()
            with self._changed:
                dues = [] if self.held else [due for _, due in self._queue.values()]
                self._changed.wait(max(0.0, min(dues) - monotonic()) if dues else None)


background = Background()
