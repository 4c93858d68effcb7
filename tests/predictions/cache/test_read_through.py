"""Reading through: what is computed, kept and served."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from predictions.cache import keys, store
from predictions.cache.read_through import Answer, Computed, Source, read_through

MATCH = 7
KEY = keys.prediction(MATCH, "model")
NOW = 1_800_000_000.0


class Computation:
    """Makes a new body each time, and remembers under which generations."""

    def __init__(self, ttl: float = 60.0) -> None:
        self.generations: list[bytes | None] = []
        self.ttl = ttl

    def __call__(self, generation: bytes | None) -> Computed:
        self.generations.append(generation)
        return Computed(f"body {len(self.generations)}".encode(), fresh_until=NOW + self.ttl, league="en.1")


def read(compute: Computation, *, now: float = NOW) -> Answer:
    return read_through(match_id=MATCH, key=KEY, model="model", now=now, compute=compute)


def test_the_first_caller_computes_and_the_second_is_served_the_same_bytes() -> None:
    compute = Computation()
    first, second = read(compute), read(compute, now=NOW + 1)
    assert (first.source, first.stored) == (Source.MISS, True)
    assert second == Answer(first.entry, Source.HIT)
    assert len(compute.generations) == 1


def test_an_expired_entry_is_computed_anew() -> None:
    compute = Computation(ttl=60.0)
    read(compute)
    compute.ttl = 120.0
    assert read(compute, now=NOW + 60).entry.body == b"body 2"


def test_an_entry_is_computed_anew_after_an_invalidation() -> None:
    compute = Computation()
    read(compute)
    store.invalidate([MATCH])
    assert read(compute).entry.body == b"body 2"


def test_the_generation_is_taken_before_anything_is_read() -> None:
    def overtaken(generation: bytes | None) -> Computed:
        store.invalidate([MATCH])  # somebody commits a change after we have read the old state
        return Computed(b"old state", fresh_until=NOW + 60)

    read_through(match_id=MATCH, key=KEY, model="model", now=NOW, compute=overtaken)
    assert read(Computation()).entry.body == b"body 1"


def test_an_error_of_the_computation_reaches_the_caller_and_is_not_kept() -> None:
    def failing(generation: bytes | None) -> Computed:
        raise LookupError("no model")

    with pytest.raises(LookupError):
        read_through(match_id=MATCH, key=KEY, model="model", now=NOW, compute=failing)
    assert read(Computation()).source is Source.MISS


def test_an_answer_that_ends_at_once_is_served_but_not_kept() -> None:
    answer = read(Computation(ttl=0.0))
    assert (answer.source, answer.stored, answer.entry.body) == (Source.MISS, False, b"body 1")


def test_a_damaged_entry_is_logged_computed_anew_and_replaced(
    empty_cache: Any, caplog: pytest.LogCaptureFixture
) -> None:
    compute = Computation()
    read(compute)
    empty_cache.set(KEY, b"damaged")
    assert read(compute).source is Source.MISS
    assert "not one of ours" in caplog.text
    assert read(compute).source is Source.HIT


@pytest.mark.usefixtures("redis_away")
def test_without_redis_every_answer_is_computed_and_none_claims_to_be_kept(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    compute = Computation()
    answers = [read(compute), read(compute)]
    assert [(answer.source, answer.stored) for answer in answers] == [(Source.BYPASS, False)] * 2
    assert compute.generations == [None, None]
    assert "Redis is away" in caplog.text
