"""What was said before kickoff waits here until the database has it: no reader waits for that, and none of it is lost.

A row that can't be written stays, and is tried again with the next ones and at every pass of the drainer, for as long
as the process lives.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from time import monotonic

from django.db import DataError, IntegrityError

from predictions.cache.background import background
from predictions.cache.invalidation import purge
from predictions.published import Publication, publish

logger = logging.getLogger(__name__)

MOST_WAITING = 10_000
"""Some 30 MB. Unless teams change, there are never more than the matches ahead times the models that were active."""

PAUSE = 0.25
"""Seconds for which what is said waits at least: whoever asked has the answer by then, and more is said meanwhile."""

_Key = tuple[int, int, int, str]


@dataclass(frozen=True, slots=True)
class _Waiting:
    said: Publication
    kickoff: datetime
    since: float

    @property
    def is_late(self) -> bool:
        """Whether somebody may have asked after kickoff and not have been told this."""
        return self.kickoff <= self.said.made_at + timedelta(seconds=monotonic() - self.since)


class Publisher:
    """Publications that are still to be written, the last of each match, its teams and model. Threads share it."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._waiting: dict[_Key, _Waiting] = {}

    def __len__(self) -> int:
        return len(self._waiting)

    def submit(self, publications: Iterable[tuple[Publication, datetime]]) -> None:
        """Have these written in the background, each with the kickoff of its match."""
        since = monotonic()
        with self._lock:
            for said, kickoff in publications:
                known = self._waiting.get(said.key)
                if known is None and len(self._waiting) >= MOST_WAITING:
                    logger.error("More than %d predictions wait to be written down: one is dropped.", MOST_WAITING)
                elif known is None or known.said.made_at <= said.made_at:
                    self._waiting[said.key] = _Waiting(said, kickoff, since)
        self.hurry()

    def hurry(self) -> None:
        """Have what waits written, if anything does."""
        if self._waiting:
            background.submit(self, self.write, after=PAUSE)

    def write(self) -> None:
        """Write what waits, here and now. Raises django.db.Error, and RedisError for what can't be purged."""
        with self._lock:
            waiting = dict(self._waiting)
        self._write(waiting)
        # Whoever asked after kickoff and before this was written has been told otherwise.
        if late := [each.said.match_id for each in waiting.values() if each.is_late]:
            purge(late)

    def clear(self) -> None:
        """Forget what waits."""
        with self._lock:
            self._waiting.clear()

    def _write(self, waiting: Mapping[_Key, _Waiting]) -> None:
        try:
            publish(each.said for each in waiting.values())
        except (IntegrityError, DataError) as error:
            if len(waiting) > 1:
                for key, each in waiting.items():
                    self._write({key: each})
                return
            logger.error("What was said is no prediction, and is not written down: %s", error)
        self._forget(waiting)

    def _forget(self, done: Mapping[_Key, _Waiting]) -> None:
        with self._lock:
            for key, each in done.items():
                if self._waiting.get(key) is each:
                    del self._waiting[key]


publisher = Publisher()
