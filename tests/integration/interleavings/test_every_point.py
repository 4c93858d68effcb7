"""Whatever a reader is about to do when something changes, whoever begins to read after that is told the truth.

The readers and writers are stopped at each of their points in turn: every command to Redis, every query and commit,
every step of a flight.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import repeat
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from matches.models import League, Match
from predictions.cache.background import background
from tests.integration.interleavings.football import (
    UNKNOWN,
    Football,
    ask,
    ask_many,
    correct_a_result,
    create,
    evict_prediction,
    must_be_true,
    new_readers_are_told_the_truth,
    rename,
)
from tests.integration.interleavings.scheduling import asks_for_the_model, scheduled
from tests.integration.points import database
from tests.integration.schedule import Schedule

MOST_POINTS = 60


class Scene:
    """What a reader finds, does, and what changes meanwhile. Set up anew for every point."""

    def __init__(self, football: Football) -> None:
        self.football = football
        self.match, self.other, *_ = football.fixtures
        self.now: datetime | None = None
        self.asked: list[Match | int] = [self.match]
        self.touched: Match | int = self.match

    def prepare(self) -> None:
        """Nothing is cached."""
        self.football.redis.client.flushall()
        # So that the process knows which model is active: nobody is to stand where it looks, holding a lock.
        ask(self.football.fixtures[-1])

    def read(self) -> Any:
        return ask_many(self.asked, now=self.now)

    def change(self) -> None:
        """Of what makes its features, and of the match itself."""
        with transaction.atomic():
            correct_a_result()
            rename(self.match.home_team)


class Cold(Scene):
    """Nothing is cached."""


class Warm(Scene):
    """Everything is."""

    def prepare(self) -> None:
        super().prepare()
        ask(self.match)


class FeaturesOnly(Scene):
    """The features are cached, the prediction is not."""

    def prepare(self) -> None:
        super().prepare()
        ask(self.match)
        evict_prediction(self.match)


class Batch(Scene):
    """One match is cached, one is not, one does not exist."""

    def prepare(self) -> None:
        super().prepare()
        self.asked = [self.match, self.other, UNKNOWN]
        ask(self.other)


class Refresh(Scene):
    """A stale entry is being refreshed."""

    def prepare(self) -> None:
        super().prepare()
        League.objects.update(cache_ttl=60)
        ask(self.match)
        self.now = timezone.now() + timedelta(seconds=90)
        ask(self.match, now=self.now)

    def read(self) -> Any:
        return background.run_queued()


class Absence(Scene):
    """The match is created meanwhile, and deleted again before the next round."""

    def prepare(self) -> None:
        Match.objects.filter(pk=UNKNOWN).delete()
        super().prepare()
        self.asked = [UNKNOWN]
        self.touched = UNKNOWN

    def change(self) -> None:
        create(self.match)


SCENES: list[Callable[[Football], Scene]] = [Cold, Warm, FeaturesOnly, Batch, Refresh, Absence]


def _stands_at(schedule: Schedule, name: str, number: int) -> bool:
    """Let this actor go on to its point of this number, counted from 0; False if it ends before."""
    turn = schedule.run(name)
    for _ in range(number):
        at = turn.step()
        while asks_for_the_model().fits(at) and not turn.ended:
            at = turn.step()
    return not turn.ended


@pytest.mark.parametrize(
    ("scene", "meanwhile"), [*zip(SCENES, repeat(False)), *zip([Cold, FeaturesOnly, Absence], repeat(True))]
)
def test_a_change_at_any_point_of_a_reader(
    football: Football, scene: Callable[[Football], Scene], meanwhile: bool
) -> None:
    """`meanwhile`: others read before the first reader goes on, and what they fill must not be harmed by it."""
    it = scene(football)
    for number in range(MOST_POINTS):
        it.prepare()
        with scheduled(football) as schedule:
            schedule.actor("a:reader", it.read)
            stands = _stands_at(schedule, "a:reader", number)
            it.change()
            if meanwhile:
                new_readers_are_told_the_truth(it.touched, now=it.now)
            schedule.run("a:reader").to_the_end()
            new_readers_are_told_the_truth(*it.asked, now=it.now)
        if not stands:
            break
    assert 0 < number < MOST_POINTS - 1


@pytest.mark.parametrize("scene", [Cold, Absence])
def test_a_change_at_any_point_of_a_leader_and_a_caller_who_joins_it(
    football: Football, scene: Callable[[Football], Scene]
) -> None:
    it = scene(football)
    for number in range(MOST_POINTS):
        it.prepare()
        with scheduled(football) as schedule:
            schedule.actor("a:leader", it.read)
            stands = _stands_at(schedule, "a:leader", number)
            it.change()
            schedule.actor("a:joiner", lambda: ask(it.touched))
            joiner = schedule.run("a:joiner")
            while not joiner.ended and joiner.step().names != ("read_through.waiting",):
                pass
            schedule.run("a:leader").to_the_end()
            must_be_true(joiner.to_the_end(), it.touched)
            new_readers_are_told_the_truth(it.touched)
        if not stands:
            break
    assert 0 < number < MOST_POINTS - 1


@pytest.mark.parametrize("scene", [Warm, FeaturesOnly, Absence])
def test_a_reader_at_any_point_of_a_change(football: Football, scene: Callable[[Football], Scene]) -> None:
    """From the commit on: what is done before that is seen by nobody else."""
    it = scene(football)
    for number in range(MOST_POINTS):
        it.prepare()
        with scheduled(football) as schedule:
            schedule.actor("a:writer", it.change)
            schedule.run("a:writer").until(database("COMMIT"))
            stands = _stands_at(schedule, "a:writer", number)
            it.read()
            schedule.run("a:writer").to_the_end()
            new_readers_are_told_the_truth(it.touched)
        if not stands:
            break
    assert 0 < number < MOST_POINTS - 1
