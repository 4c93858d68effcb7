"""Adding what this process counted to what all have counted: one hash a minute, one round trip a flush.

At most once. What has been sent is forgotten, whatever becomes of the reply; what could not be sent, or was refused as
a whole, is kept for the next flush. Sending again whatever was not acknowledged would count a second of a server that
hangs once for each try, since it executes what lies in its buffers when it wakes. So a lost reply costs a process a
second of its counts at worst, hits and misses alike.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Sequence
from multiprocessing.util import Finalize
from threading import Event, Lock, Thread
from typing import Any

from django.core.cache import caches
from django.db import close_old_connections
from redis.exceptions import BusyLoadingError, ExecAbortError, RedisError, ResponseError

from predictions.cache import keys
from predictions.cache.counting import fields
from predictions.cache.counting.collecting import Batch, Collector

FLUSH_SECONDS = 1.0
KEPT_SECONDS = 25 * 3600
"""How long a minute's counts live after the last one: a day, and the hour that is being looked at."""
MOST_MINUTES = 60
"""How many minutes wait in the process while Redis is away. Those before are added to the oldest of them."""

logger = logging.getLogger(__name__)


class Flusher:
    """Sends what a collector holds. Any thread may call `flush`; they take turns."""

    def __init__(self) -> None:
        self.collector = Collector(after_fork=self._resume)
        self._forget()
        self._started = False

    def _forget(self) -> None:
        self._turn = Lock()
        self._pending: dict[int, Batch] = {}
        self._trouble = ""
        self._ended = Event()
        self._thread: Thread | None = None

    def start(self) -> None:
        """Flush every second from now on, in a thread that ends with the process, and once more at its exit."""
        self._started = True
        if self._thread is None:
            # Unlike atexit this is run in the workers of granian too, which multiprocessing forks.
            Finalize(None, self._end, exitpriority=0)
            self._thread = Thread(target=self._run, name="counting", daemon=True)
            self._thread.start()

    def flush(self, *, now: float | None = None) -> bool:
        """Send what was counted, to the minute of `now` (seconds since 1970): the one in which it is first tried.

        Whether all of it is in Redis. Raises nothing that Redis does: what can't be sent waits for the next flush.
        """
        with self._turn:
            minute = int((time.time() if now is None else now) // 60)
            if batch := self.collector.take():
                self._pending.setdefault(minute, Batch()).add(batch)
            while len(self._pending) > MOST_MINUTES:
                oldest, next_oldest = sorted(self._pending)[:2]
                self._pending[next_oldest].add(self._pending.pop(oldest))
            trouble = ""
            for waiting in sorted(self._pending):
                if trouble := self._send(waiting):
                    break
            if trouble != self._trouble:
                self._trouble = trouble
                logger.warning("%s", trouble or "Counts reach Redis again.")
            return not trouble

    def forked(self) -> None:
        """To be called in a forked child: it counts from nothing, and starts its thread when it first counts."""
        self.collector.forked()
        self._forget()

    def _resume(self) -> None:
        if self._started:
            self.start()

    def _send(self, minute: int) -> str:
        """Add one minute's counts to those in Redis, of the minute and of ever. What went wrong, or nothing."""
        cache: Any = caches["predictions"]
        try:
            pool = cache.client.get_client(write=True).connection_pool
            connection = pool.get_connection()
        except (RedisError, ValueError) as error:
            return f"Counts wait in the process, since Redis can't be reached ({type(error).__name__})."
        batch = self._pending.pop(minute)
        try:
            commands: list[tuple[str | int, ...]] = []
            for key in map(cache.make_key, (keys.counts(minute), keys.counts_ever())):
                commands += [("HINCRBY", key, field, number) for field, number in fields.of(batch)]
                commands.append(("EXPIRE", key, KEPT_SECONDS))
            _transact(connection, commands)
        except ExecAbortError:
            self._pending[minute] = batch
            return "Counts wait in the process, since Redis refuses to store them: is it full, or a replica?"
        except RedisError as error:
            connection.disconnect()
            return f"Some counts were lost, since Redis did not take them ({type(error).__name__})."
        finally:
            pool.release(connection)
        return ""

    def _run(self) -> None:
        ended = self._ended
        while not ended.wait(FLUSH_SECONDS):
            try:
                self.flush()
                # Greeting a server reads the database, and nothing else closes what this thread has opened.
                close_old_connections()
            except Exception:
                logger.exception("Counts could not be sent")

    def _end(self) -> None:
        self._ended.set()
        self.flush()


def _transact(connection: Any, commands: Sequence[tuple[str | int, ...]]) -> None:
    """All or none of it, in one round trip. Raises ExecAbortError if it was none, other RedisErrors if nobody knows.

    Not by redis-py's pipeline, which sends again when the connection breaks.
    """
    connection.send_packed_command(connection.pack_commands([("MULTI",), *commands, ("EXEC",)]))
    for _ in range(len(commands) + 1):
        try:
            connection.read_response()
        except (ResponseError, BusyLoadingError):
            # EXEC says whether that matters. The other replies must be read all the same.
            continue
    for reply in connection.read_response():
        if isinstance(reply, RedisError):
            raise reply


_flusher = Flusher()
os.register_at_fork(after_in_child=_flusher.forked)

count = _flusher.collector.count
flush = _flusher.flush
start = _flusher.start
