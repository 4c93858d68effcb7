"""What happens to Redis during a run: keys vanish or are damaged, it is flushed, killed, hung, back with old data."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from random import Random

import psycopg

from tests.integration.database import Database
from tests.integration.randomised.board import WRITER, Board
from tests.integration.randomised.reader import HOT
from tests.integration.servers import RedisServer

SECONDS_BETWEEN = 0.01
# Small faults to one large one.
SMALL = 60
SECONDS_AWAY = 0.5
MOST_REMOVED = 100
COUNT = 10_000
# How soon after Redis is back nothing may be owed to it any more.
SETTLED_SECONDS, NEVER_SECONDS = 2.0, 15.0


class Faults:
    def __init__(self, redis: RedisServer, database: Database, board: Board, random: Random) -> None:
        self.injected: Counter[str] = Counter()
        self.settled_within: list[float] = []
        self.never_settled: list[str] = []
        self._redis = redis
        self._database = database
        self._board = board
        self._random = random
        self._client = redis.client
        self._snapshots: list[Path] = []
        self._large: list[Callable[[], None]] = []
        self._removed: list[tuple[bytes, bytes]] = []

    @property
    def steps(self) -> int:
        return self.injected.total()

    def another(self) -> None:
        """A small one most of the time."""
        time.sleep(self._random.expovariate(1 / SECONDS_BETWEEN))
        if self._random.random() < 1 / SMALL:
            if not self._large:
                self._large = [
                    self.flush,
                    self.restart_empty,
                    self.restart_from_snapshot,
                    self.restart_from_snapshot,
                    self.hang,
                    self.fill_up,
                ]
                self._random.shuffle(self._large)
            self._do(self._large.pop())
        else:
            small = [self.evict, self.evict_generation, self.expire, self.bring_back, self.copy_to_another_key]
            self._do(self._random.choices(small, [6, 4, 2, 3, 1])[0])

    def end(self) -> None:
        self._client.close()

    def _do(self, fault: Callable[[], None]) -> None:
        fault()
        self.injected[fault.__name__] += 1

    # Small ones.

    def evict(self) -> None:
        """An entry, above all. It may come back."""
        if key := self._key(self._random.choice(["pred", "pred", "features", "lease", "gen", "*"])):
            value: bytes | None = self._client.dump(key)
            self._client.delete(key)
            if value is not None and key.startswith((b"pred:", b"features:")):
                self._removed = [*self._removed[-MOST_REMOVED:], (key, value)]

    def evict_generation(self) -> None:
        """Whatever there is of it."""
        if found := list(self._client.scan_iter(f"gen:{{{self._match()}}}*", count=COUNT)):
            self._client.delete(*found)

    def expire(self) -> None:
        if key := self._key("*"):
            self._client.pexpire(key, self._random.randint(1, 50))

    def bring_back(self) -> None:
        """An entry that was removed before, as a late write by somebody who knows nothing of generations would."""
        if self._removed:
            key, value = self._removed.pop(self._random.randrange(len(self._removed)))
            self._client.restore(key, 5000, value, replace=True)

    def copy_to_another_key(self) -> None:
        one, other = self._key("pred"), self._key("pred")
        if one and other and one != other:
            self._client.copy(one.decode(), other.decode(), replace=True)

    # Large ones.

    def flush(self) -> None:
        self._client.flushall()

    def take_snapshot(self) -> None:
        self._snapshots.append(self._redis.snapshot())

    def restart_empty(self) -> None:
        self._away(self._redis.start)

    def restart_from_snapshot(self) -> None:
        """One of a moment ago, before a few changes, whose entries have not expired yet; or one of those before."""
        self.take_snapshot()
        written = self._board.steps_of(WRITER) + self._random.randint(1, 3)
        deadline = time.monotonic() + SECONDS_AWAY
        while self._board.steps_of(WRITER) < written and time.monotonic() < deadline:
            time.sleep(0.01)
        snapshot = self._random.choice([self._snapshots[-1], *self._snapshots[-2:]])
        self._away(lambda: self._redis.restart_from(snapshot), longest=SECONDS_AWAY / 2)

    def hang(self) -> None:
        self._redis.pause()
        time.sleep(self._random.uniform(0.1, 2 * SECONDS_AWAY))
        self._redis.resume()
        self._settled()

    def fill_up(self) -> None:
        self._redis.config_set(maxmemory_policy="noeviction", maxmemory="1")
        time.sleep(self._random.uniform(0.1, SECONDS_AWAY))
        self._redis.config_set(maxmemory="256mb", maxmemory_policy="volatile-ttl")

    def _away(self, come_back: Callable[[], None], *, longest: float = 2 * SECONDS_AWAY) -> None:
        self._redis.kill()
        time.sleep(self._random.uniform(0, longest))
        come_back()
        self._client.close()
        self._client = self._redis.client
        self._settled()

    def _settled(self) -> None:
        """What is owed now is purged soon."""
        back = time.monotonic()
        run_id = self._redis.run_id
        with psycopg.connect(self._database.url, autocommit=True) as connection:
            select = "SELECT id FROM predictions_invalidation WHERE run_id <> %s"
            owed = {row[0] for row in connection.execute(select, [run_id])}
            while owed & {row[0] for row in connection.execute(select, [run_id])}:
                time.sleep(0.01)
                if time.monotonic() > back + NEVER_SECONDS:
                    self.never_settled.append(f"to {run_id}: {_by_run_id(connection)}")
                    return
        self.settled_within.append(time.monotonic() - back)

    def _key(self, kind: str) -> bytes | None:
        """One of this kind, of those that are asked for most half the time."""
        match = self._random.choice([f"*{{{self._match()}}}*", "*"])
        keys = sorted(self._client.scan_iter(f"{kind}:{match}", count=COUNT))
        return self._random.choice(keys) if keys else None

    def _match(self) -> int:
        ids = self._board.ids
        return self._random.choice([*ids[:HOT], self._random.choice(ids)])


def _by_run_id(connection: psycopg.Connection) -> list[tuple[object, ...]]:
    return connection.execute(
        "SELECT run_id, count(*), max(done_at) FROM predictions_invalidation GROUP BY run_id"
    ).fetchall()
