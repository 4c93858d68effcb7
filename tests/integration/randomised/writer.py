"""The process that writes: one change after the other, and after each what the oracle says of every match.

The oracle is the service uncached, with the real models, asked for the time before all kickoffs. A change that was
rolled back leaves it as it was.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from io import TextIOBase
from typing import Any

from django.db import DatabaseError, connection
from django.db.models import Max
from django.utils import timezone

from matches.models import Match
from predictions import services
from predictions.ml.active import ActiveModel
from predictions.ml.features import features_of
from predictions.models import Invalidation, TrainedModel
from tests.integration.randomised.board import WRITER, Board
from tests.integration.randomised.changes import SEASON, Changes, RolledBack
from tests.integration.randomised.jitter import Jitter
from tests.integration.randomised.process import Run
from tests.integration.randomised.reader import NEXT
from tests.integration.randomised.said import hash_of, said

BEFORE_ALL = datetime(2000, 1, 1, tzinfo=UTC)
SECONDS_BETWEEN = 0.03


@dataclass(frozen=True, slots=True)
class State:
    """What the oracle says. Equal states give equal answers."""

    active: str
    """The version of the active model."""
    matches: dict[int, tuple[str, dict[str, str], int]]
    """Of each match: a hash of the match itself, one of the prediction by each model, and the TTL of its league."""


@dataclass(frozen=True, slots=True)
class Written:
    """One change."""

    what: str
    begun: int
    ended: int
    """Committed and purged, by the clock that all processes share, in ns."""
    pending: list[str]
    """Rows of the outbox that could not be purged by then."""
    active: str
    matches: dict[int, tuple[str, dict[str, str], int] | None]
    """Those of which the oracle says something else than before; None: there is no such match any more."""
    settled: list[str] = field(default_factory=list)
    """Rows that were pending before, and are not at `ended`."""

    def dump(self) -> str:
        return json.dumps([getattr(self, name) for name in self.__slots__]) + "\n"

    @classmethod
    def load(cls, line: str) -> Written:
        written = cls(*json.loads(line))
        return replace(written, matches={int(match_id): what for match_id, what in written.matches.items()})


class Oracle:
    """Knows all models by heart."""

    def __init__(self) -> None:
        self._models = {row.version: ActiveModel.of(row) for row in TrainedModel.objects.all()}

    def state(self, also: list[int]) -> State:
        """`also`: ids to ask for that need not exist."""
        ids = [*Match.objects.filter(season=SEASON).order_by("pk").values_list("pk", flat=True), *also]
        ttls = dict(Match.objects.filter(pk__in=ids).values_list("pk", "league__cache_ttl"))
        answers = {pk: said(each.body) for pk, each in services.compute(ids, now=BEFORE_ALL).items()}
        [active] = {each.model for each in answers.values() if each}
        predictions = {pk: {active: each.prediction} for pk, each in answers.items() if each}
        features = features_of(predictions)
        for version, model in self._models.items():
            if version != active:
                for pk, prediction in zip(features, model.predict(list(features.values())), strict=True):
                    predictions[pk][version] = hash_of(prediction)
        return State(active, {pk: (each.match, predictions[pk], ttls[pk]) for pk, each in answers.items() if each})


class Writer:
    def __init__(self, board: Board, log: TextIOBase, jitter: Jitter) -> None:
        self._board = board
        self._log = log
        self._random = jitter.random
        self._oracle = Oracle()
        self._changes = Changes(jitter.random)
        self._state = State("", {})
        self.owed: list[str] = []
        self._jitter = jitter
        self._write_down("begin", 0, 0)

    def write(self) -> None:
        change, rolls_back = self._changes.choose()
        what = change.__name__
        begun = time.monotonic_ns()
        try:
            self._changes.make(change, rolls_back=rolls_back)
        except (RolledBack, DatabaseError) as error:
            what = f"{what}, {type(error).__name__}"
        self._write_down(what, begun, time.monotonic_ns())

    def look_at_what_is_owed(self) -> None:
        if self.owed:
            self._write_down("", now := time.monotonic_ns(), now)

    def _write_down(self, what: str, begun: int, ended: int) -> None:
        with self._jitter.never():
            pending = set(map(str, Invalidation.objects.pending().order_by().values_list("pk", flat=True)))
            seen = time.monotonic_ns()
            ended = max(ended, self._done_since(begun))
            if settled := [row for row in self.owed if row not in pending]:
                self._log.write(Written("", seen, seen, [], self._state.active, {}, settled).dump())
            new = sorted(pending.difference(self.owed))
            self.owed = sorted(pending)
            if what:
                latest = latest_id()
                former, self._state = self._state, self._oracle.state([latest + number for number in range(NEXT + 1)])
                changed: dict[int, Any] = {
                    pk: each for pk, each in self._state.matches.items() if each != former.matches.get(pk)
                }
                changed |= dict.fromkeys(former.matches.keys() - self._state.matches.keys())
                self._log.write(Written(what, begun, ended, new, self._state.active, changed).dump())
                gone = [pk for pk in former.matches if pk not in self._state.matches]
                self._changes.know(self._state.matches, gone)
                self._board.show(self._changes.shown, latest=latest)

    def _done_since(self, begun: int) -> int:
        """When the last of the rows that were written since then was marked: perhaps by a drainer, a moment ago."""
        past = timedelta(seconds=(time.monotonic_ns() - begun) / 1e9)
        rows = Invalidation.objects.filter(created_at__gte=timezone.now() - past)
        done_at = rows.aggregate(Max("done_at"))["done_at__max"]
        ago = timezone.now() - done_at if done_at else past
        return time.monotonic_ns() - int(ago.total_seconds() * 1e9)


def work(run: Run, number: int, jitter: Jitter) -> None:
    """Until the board says stop."""
    board = Board(run.board)
    with run.history.open("w", buffering=1) as log:
        writer = Writer(board, log, jitter)
        board.ready(number)
        while not board.stopped:
            time.sleep(jitter.random.expovariate(1 / SECONDS_BETWEEN))
            writer.look_at_what_is_owed()
            writer.write()
            board.step(WRITER)
        while writer.owed:
            time.sleep(SECONDS_BETWEEN)
            writer.look_at_what_is_owed()


def latest_id() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT last_value FROM matches_match_id_seq")
        return int(cursor.fetchone()[0])
