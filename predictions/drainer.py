"""The thread of a web process that settles what waits in the outbox, whoever has left it there."""

from __future__ import annotations

import logging
import os
from datetime import datetime, timedelta
from threading import Event, Lock, Thread

from django.conf import settings
from django.db import Error as DatabaseError
from django.db import close_old_connections, connection
from django.utils import timezone
from redis.exceptions import RedisError

from predictions import invalidation, settled
from predictions.cache.gate import gate
from predictions.publishing import publisher

logger = logging.getLogger(__name__)

BETWEEN_PRUNINGS = timedelta(minutes=1)


class Drainer:
    """Passes over the outbox, one after the other. Only one thread may use it."""

    def __init__(self) -> None:
        self._stopped = Event()
        self._trouble = ""
        self._prune_at: datetime | None = None

    def run(self) -> None:
        """A pass every half second (the setting DRAIN_SECONDS) until stopped."""
        while not self._stopped.wait(settings.DRAIN_SECONDS):
            try:
                self.drain(now=timezone.now())
            except Exception:
                logger.exception("A pass over the outbox failed; the next one is under way.")

    def stop(self) -> None:
        self._stopped.set()

    def drain(self, *, now: datetime) -> None:
        """One pass: settle, prune now and then. While a purge is owed this process does not read from Redis."""
        close_old_connections()
        publisher.hurry()
        try:
            rows = invalidation.unsettled()
        except DatabaseError as error:
            # Whether anything is owed is not known. What was known before still holds.
            self._note(f"The outbox can't be read ({type(error).__name__}).")
            connection.close()
            return
        try:
            if rows:
                invalidation.settle(rows)
        except (RedisError, DatabaseError) as error:
            gate.owe(True)
            self._note(f"Purges wait in the outbox ({type(error).__name__}).")
            return
        gate.owe(False)
        self._note("")
        self._prune(now)

    def _prune(self, now: datetime) -> None:
        if self._prune_at is not None and now < self._prune_at:
            return
        try:
            more = settled.prune(now=now) == settled.ROWS_PER_PRUNING
        except DatabaseError:
            more = False  # somebody else is writing
        self._prune_at = now if more else now + BETWEEN_PRUNINGS

    def _note(self, trouble: str) -> None:
        """Log what goes wrong once, and that it is over."""
        if trouble and trouble != self._trouble:
            logger.error("%s", trouble)
        elif self._trouble and not trouble:
            logger.warning("The outbox is settled again.")
        self._trouble = trouble


_lock = Lock()
_started_in: int | None = None


def start() -> None:
    """Start this process's drainer, unless it runs already. A process forked from here needs one of its own."""
    global _started_in
    with _lock:
        if _started_in != os.getpid():
            _started_in = os.getpid()
            Thread(target=Drainer().run, name="drainer", daemon=True).start()
