from __future__ import annotations

import sys
from collections.abc import Iterator
from threading import Thread

import pytest

from predictions.cache.counting import Layer, Outcome
from predictions.cache.counting.collecting import Batch, Collector

P, F = Layer.PREDICTION, Layer.FEATURES


@pytest.fixture
def collector() -> Collector:
    return Collector(after_fork=lambda: None)


@pytest.fixture
def hasty() -> Iterator[None]:
    """Threads take turns a thousand times as often."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(5e-6)
    yield
    sys.setswitchinterval(before)


def test_layers_outcomes_and_leagues_are_told_apart(collector: Collector) -> None:
    collector.count(P, Outcome.HIT, "en.1")
    collector.count(P, Outcome.HIT, "en.1")
    collector.count(P, Outcome.HIT, "de.1")
    collector.count(P, Outcome.MISS, "en.1")
    collector.count(F, Outcome.HIT, "en.1")
    collector.count(P, Outcome.ERROR)

    assert collector.take().outcomes == {
        (P, Outcome.HIT, "en.1"): 2,
        (P, Outcome.HIT, "de.1"): 1,
        (P, Outcome.MISS, "en.1"): 1,
        (F, Outcome.HIT, "en.1"): 1,
        (P, Outcome.ERROR, ""): 1,
    }


def test_many_may_be_counted_at_once(collector: Collector) -> None:
    collector.count(P, Outcome.MISS, "en.1", 0.003, n=7)

    batch = collector.take()
    assert batch.outcomes == {(P, Outcome.MISS, "en.1"): 7}
    assert batch.times == {(P, Outcome.MISS, 12): 7}


def test_a_time_is_kept_only_where_one_was_taken(collector: Collector) -> None:
    collector.count(P, Outcome.HIT, "en.1", 0.0)
    collector.count(P, Outcome.HIT, "en.1")

    assert collector.take().times == {(P, Outcome.HIT, 0): 1}


def test_what_was_taken_is_counted_no_more(collector: Collector) -> None:
    collector.count(P, Outcome.HIT, "en.1", 0.001)

    assert collector.take()
    assert not collector.take()


def test_no_thread_loses_a_count_while_others_take(collector: Collector, hasty: None) -> None:
    def count() -> None:
        for number in range(5000):
            collector.count(P, Outcome.HIT, f"l{number % 3}", 0.001)

    threads = [Thread(target=count) for _ in range(4)]
    total = Batch()
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        total.add(collector.take())
    total.add(collector.take())

    assert sum(total.outcomes.values()) == sum(total.times.values()) == 20_000


def test_how_much_is_counted_does_not_change_what_it_takes(collector: Collector) -> None:
    for number in range(10_000):
        collector.count(P, Outcome.HIT, f"l{number % 5}", number / 1e6)

    batch = collector.take()
    assert len(batch.outcomes) == 5
    assert len(batch.times) == 15
