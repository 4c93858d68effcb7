"""What Hypothesis may do to the service, step by step, and what must hold after each.

Reads and changes may stop at any point (a Redis command, a query, a commit, a step of a flight) and go on later, after
whatever else has happened by then. Time is an argument. The oracle is the same service uncached.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from django.db import DatabaseError
from django.utils import timezone
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from redis.exceptions import RedisError

from predictions import invalidation, services
from predictions.cache import keys, read_through, store
from predictions.cache.admission import Overloaded
from predictions.cache.answers import Answer
from predictions.cache.background import background
from predictions.cache.entry import Entry
from predictions.cache.flights import Flights
from predictions.cache.gate import gate
from predictions.cache.store import Place
from predictions.drainer import Drainer
from predictions.invalidation import unsettled
from predictions.ml import active
from predictions.ml.active import ActiveModel, ActiveModelWatch
from predictions.models import TrainedModel
from predictions.publishing import publisher
from tests.integration.database import Database, copied, in_this_process
from tests.integration.randomised.changes import Changes, RolledBack
from tests.integration.randomised.clients import OfEachClient
from tests.integration.randomised.said import said
from tests.integration.randomised.writer import Oracle, State, latest_id
from tests.integration.schedule import Schedule
from tests.integration.schedule import State as ActorState
from tests.integration.servers import RedisServer

FEWEST, MOST = 6, 12
NEXT = 2
MOST_READERS = 4
SEEDS = st.integers(0, 2**16)
CLIENTS = st.sampled_from("ab")
FEW = st.integers(1, 8)
# What to delete, by match and model, to have it computed anew.
KINDS = [keys.prediction, lambda pk, model: keys.generation(pk)]


@dataclass
class Reader:
    """Somebody who asked, and has no answer yet."""

    oldest: int
    """The number of the oldest state that it may be told of."""
    asked_at: float


class Service(RuleBasedStateMachine):
    """Two clients, a writer, and Redis."""

    def __init__(self, database: Database, redis: RedisServer) -> None:
        super().__init__()
        self._redis = redis
        self._stack = ExitStack()
        name = f"{database.name}_example"
        self._stack.enter_context(copied(database.name, name))
        self._stack.enter_context(in_this_process(name))
        patch = self._stack.enter_context(pytest.MonkeyPatch.context())
        patch.setattr(read_through, "flights", OfEachClient(Flights))
        patch.setattr(active, "_watch", OfEachClient(ActiveModelWatch))
        patch.setattr(invalidation, "_catching_up", OfEachClient(threading.Lock))
        if not redis.running():
            redis.start()
        with redis.client as client:
            client.flushall()
        gate.reset()
        background.held = True
        self._schedule = self._stack.enter_context(Schedule(patience=0.3))
        self._schedule.pause_at(Flights)
        self._schedule.pause_at(ActiveModel, "predict")
        self._numbers = itertools.count()
        self._readers: dict[str, Reader] = {}
        self._writer = ""
        self._away = False
        self._snapshots: list[Path] = []
        self._now = timezone.now()
        self._oracle = Oracle()
        self._models = {row.version: row.digest for row in TrainedModel.objects.all()}
        self._changes = Changes(Random(0), fewest=FEWEST, most=MOST)
        self._states: list[State] = []
        self._oldest = 0
        self._ever: set[tuple[int, str, str]] = set()
        self._look()
        self.ask_for_everything("a")

    def teardown(self) -> None:
        try:
            if self._away:
                self._redis.start()
            while self._writer or self._readers:
                for name in (*filter(None, [self._writer]), *self._readers):
                    self._finish(name)
        finally:
            background.drop_queued()
            publisher.clear()
            self._stack.close()
            gate.reset()

    # Reading.

    @rule(client=CLIENTS, seed=SEEDS, times=st.integers(1, 3))
    def ask(self, client: str, seed: int, times: int) -> None:
        for number in range(times):
            self._read(client, seed + number)

    @rule(client=CLIENTS)
    def ask_for_everything(self, client: str) -> None:
        self._finish(self._begin_to_read(client, self._ids()))

    @rule(client=CLIENTS, seed=SEEDS, steps=FEW)
    def ask_slowly(self, client: str, seed: int, steps: int) -> None:
        if len(self._readers) < MOST_READERS:
            self._go_on(self._begin_to_read(client, self._some_ids(Random(seed))), steps)

    @rule(seed=SEEDS, steps=FEW)
    def go_on_reading(self, seed: int, steps: int) -> None:
        self._go_on_reading(seed, steps)

    @rule(seed=SEEDS)
    def get_the_answer(self, seed: int) -> None:
        if self._readers:
            self._finish(Random(seed).choice(list(self._readers)))

    @rule()
    def refresh_and_publish(self) -> None:
        """What waits for the background thread. With a match half deleted it would wait for that."""
        if not self._writer:
            background.run_queued()

    # Writing.

    @rule(seed=SEEDS)
    def change(self, seed: int) -> None:
        self._change(seed)

    @rule(seed=SEEDS, steps=st.integers(5, 40))
    def change_slowly(self, seed: int, steps: int) -> None:
        if not self._writer:
            self._go_on(self._begin_to_write(Random(seed)), steps)

    @rule(steps=FEW)
    def go_on_writing(self, steps: int) -> None:
        if self._writer:
            self._go_on(self._writer, steps)

    @rule()
    def finish_writing(self) -> None:
        if self._writer:
            self._finish(self._writer)

    # Both at once, which is what most mistakes need.

    @rule(client=CLIENTS, seed=SEEDS, steps=st.integers(1, 60))
    def ask_in_the_middle_of_a_change(self, client: str, seed: int, steps: int) -> None:
        if not self._writer:
            self._go_on(self._begin_to_write(Random(seed)), steps)
            self._finish(self._begin_to_read(client, self._ids()))
            if self._writer:
                self._finish(self._writer)

    @rule(client=CLIENTS, seed=SEEDS, steps=st.integers(1, 14), others=st.integers(0, 1))
    def change_in_the_middle_of_an_answer(self, client: str, seed: int, steps: int, others: int) -> None:
        ids = self._some_ids(Random(seed))
        self._evict(ids, seed)
        names = [self._begin_to_read(client, ids)]
        self._go_on(names[0], steps)
        for _ in range(others):
            # Of the same process: they wait for the first, unless it is too far.
            names.append(self._begin_to_read(client, ids))
            self._go_on(names[-1], 6)
        self._change(seed)
        names.append(self._begin_to_read(client, ids))
        self._go_on(names[-1], 6)
        for name in names:
            if name in self._readers:
                self._finish(name)

    # Time.

    @rule(seconds=st.sampled_from([0.3, 1.0, 3.0, 30.0]))
    def pass_time(self, seconds: float) -> None:
        self._now += timedelta(seconds=seconds)

    # Redis.

    @rule(pattern=st.sampled_from(["*", "gen:*", "lease:*", "features:*", "gen:{model}"]), seed=SEEDS)
    def evict(self, pattern: str, seed: int) -> None:
        with self._redis.client as client:
            if found := sorted(client.scan_iter(pattern, count=10_000)):
                client.delete(Random(seed).choice(found))

    @rule()
    def flush(self) -> None:
        with self._redis.client as client:
            client.flushall()

    @rule()
    def take_snapshot(self) -> None:
        self._snapshots.append(self._redis.snapshot())

    @rule(changes=st.integers(0, 2), steps=st.integers(0, 8), snapshot=st.integers(0, 3), seed=SEEDS)
    def go_away_and_come_back(self, changes: int, steps: int, snapshot: int, seed: int) -> None:
        """Meanwhile there are changes, and readers go on. It comes back empty or from one of the last snapshots."""
        self._redis.kill()
        self._away = True
        for number in range(changes):
            self._change(seed + number)
            self._read("a", seed)
        self._go_on_reading(seed, steps)
        if 0 < snapshot <= len(self._snapshots):
            self._redis.restart_from(self._snapshots[-snapshot])
        else:
            self._redis.start()
        self._away = False

    @rule()
    def drain(self) -> None:
        Drainer().drain(now=timezone.now())
        if not self._writer:
            assert not unsettled(), "something is owed although Redis is back"

    # What must hold.

    @invariant()
    def nothing_else_may_be_served(self) -> None:
        """Whatever Redis holds that anybody would take for valid is what the oracle says, by either model."""
        ids = self._ids()
        for digest in self._models.values():
            places = [Place(pk, keys.prediction(pk, digest)) for pk in ids]
            try:
                lookups, _ = store.look_up(places, now=self._now.timestamp())
            except RedisError:
                return  # a connection of before it went away
            for place, lookup in zip(places, lookups, strict=True):
                if lookup.entry is not None:
                    self._check_entry(place.match_id, lookup.entry, self._oldest, self._now.timestamp())

    def _look(self) -> None:
        """Ask the oracle what is true now: unless a writer is half-way, nobody may be told of anything else."""
        state = self._oracle.state([])
        if not self._states or state != self._states[-1]:
            self._states.append(state)
            for pk, (_, predictions, _) in state.matches.items():
                self._ever.update((pk, model, prediction) for model, prediction in predictions.items())
            former = self._states[-2].matches if len(self._states) > 1 else {}
            self._changes.know(state.matches, [pk for pk in former if pk not in state.matches])
        if not self._writer:
            self._oldest = len(self._states) - 1

    def _ids(self) -> list[int]:
        latest = latest_id()
        return [*self._states[-1].matches, *(latest + number for number in range(1, NEXT + 1))]

    def _evict(self, ids: list[int], seed: int) -> None:
        """Their entries, or their generations, so that they have to be computed."""
        kind: Callable[[int, str], str] = Random(seed).choice(KINDS)
        with self._redis.client as client:
            client.delete(*(kind(pk, digest) for pk in ids for digest in self._models.values()))

    def _some_ids(self, random: Random) -> list[int]:
        """Few, so that several ask for the same."""
        ids = self._ids()
        some = {ids[0], ids[1], ids[-1], *self._changes.shown[:2], random.choice(ids)}
        return random.sample(sorted(some), random.choice([1, 1, 3]))

    def _begin_to_read(self, client: str, ids: list[int]) -> str:
        name = f"{client}{next(self._numbers)}"
        now = self._now
        self._readers[name] = Reader(self._oldest, now.timestamp())
        self._schedule.actor(name, lambda: _ask(ids, now))
        return name

    def _read(self, client: str, seed: int) -> None:
        self._finish(self._begin_to_read(client, self._some_ids(Random(seed))))

    def _go_on_reading(self, seed: int, steps: int) -> None:
        if self._readers:
            self._go_on(Random(seed).choice(list(self._readers)), steps)

    def _change(self, seed: int) -> None:
        if not self._writer:
            self._finish(self._begin_to_write(Random(seed)))

    def _begin_to_write(self, random: Random) -> str:
        self._changes.draw_from(random)
        change, rolls_back = self._changes.choose()
        self._writer = f"writer {next(self._numbers)} {change.__name__}"

        def write() -> None:
            try:
                self._changes.make(change, rolls_back=rolls_back)
            except (RolledBack, DatabaseError):
                return

        self._schedule.actor(self._writer, write)
        return self._writer

    def _go_on(self, name: str, steps: int) -> None:
        for _ in range(steps):
            if self._advance(name) is not ActorState.PAUSED:
                break

    def _finish(self, name: str) -> None:
        """Who waits for another has to wait until that one goes on."""
        while self._advance(name) is ActorState.PAUSED:
            pass

    def _advance(self, name: str) -> ActorState:
        actor = self._schedule._actors[name]
        former = actor.at
        if actor.state is not ActorState.ENDED:
            self._schedule.advance(actor)
        if actor.state is ActorState.ENDED:
            self._schedule._show_error(actor)
            if name == self._writer:
                self._writer = ""
                self._look()
            elif reader := self._readers.pop(name, None):
                for pk, answer in actor.result.items():
                    self._check_entry(pk, answer.entry, reader.oldest, reader.asked_at)
        elif "COMMIT" in former.names:
            self._look()
        return actor.state

    def _check_entry(self, pk: int, entry: Entry, oldest: int, asked_at: float) -> None:
        told, states = said(entry.body), self._states[oldest:]
        if told is None:
            assert any(pk not in state.matches for state in states), f"there is a match {pk}"
            return
        known = [state.matches[pk] for state in states if pk in state.matches]
        assert told.match in [match for match, _, _ in known], f"match {pk} is no longer like that"
        if told.kind == "frozen":
            assert (pk, told.model, told.prediction) in self._ever
        else:
            predictions = [predictions[told.model] for _, predictions, _ in known]
            assert told.prediction in predictions, f"that is no longer said of match {pk}"
        if told.kind == "before":
            assert asked_at < told.kickoff, "the match has begun"
            assert entry.stale_until <= told.kickoff, "it may be served after kickoff"


def _ask(ids: list[int], now: Any) -> dict[int, Answer]:
    try:
        return services.predict_many(ids, now=now)
    except Overloaded:
        return {}
