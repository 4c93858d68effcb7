from __future__ import annotations

from typing import Any

import pytest
from redis.exceptions import ConnectionError as NobodyThere

from predictions.cache import keys
from predictions.cache.counting import Counts, Layer, Outcome, read
from predictions.cache.counting.flushing import Flusher
from tests.predictions.conftest import RoundTrips

P, F = Layer.PREDICTION, Layer.FEATURES
MINUTE = 30_000_000
NOW = MINUTE * 60.0 + 30


@pytest.fixture
def flusher() -> Flusher:
    return Flusher()


def counted(flusher: Flusher, *counts: tuple[Any, ...], at: float = NOW) -> None:
    """Each count is what `count` takes."""
    for count in counts:
        flusher.collector.count(*count)
    assert flusher.flush(now=at)


def test_minutes_and_processes_are_summed() -> None:
    for minutes_ago in (0, 1, 59):
        for flusher in (Flusher(), Flusher()):
            counted(flusher, (P, Outcome.HIT, "en.1"), at=NOW - 60 * minutes_ago)

    assert read(60, NOW).total(P) == {Outcome.HIT: 6}


def test_minutes_before_and_after_those_asked_for_are_left_out(flusher: Flusher) -> None:
    counted(flusher, (P, Outcome.HIT, "en.1"), at=NOW - 600)
    counted(flusher, (P, Outcome.MISS, "en.1"), at=NOW + 60)

    assert read(10, NOW).total(P) == {}
    assert read(11, NOW).total(P) == {Outcome.HIT: 1}


def test_an_hour_is_one_round_trip_and_a_day_twelve(round_trips: RoundTrips) -> None:
    read(60, NOW)
    assert round_trips.count == 1

    round_trips.reset()
    read(1440, NOW)
    assert round_trips.count == 12


def test_leagues_and_layers_are_told_apart(flusher: Flusher) -> None:
    counted(
        flusher,
        (P, Outcome.HIT, "en.1", None, 3),
        (P, Outcome.MISS, "en.1"),
        (P, Outcome.MISS, "de.1"),
        (F, Outcome.HIT, "en.1"),
    )

    counts = read(1, NOW)

    assert counts.total(P) == {Outcome.HIT: 3, Outcome.MISS: 2}
    assert counts.total(P, league="en.1") == {Outcome.HIT: 3, Outcome.MISS: 1}
    assert counts.total(F) == {Outcome.HIT: 1}
    assert (counts.hit_rate(P), counts.hit_rate(P, league="en.1"), counts.hit_rate(P, league="de.1")) == (60, 75, 0)


def test_stale_answers_are_hits_and_those_who_waited_are_none(flusher: Flusher) -> None:
    counted(
        flusher, *((P, outcome, "en.1") for outcome in (Outcome.HIT, Outcome.STALE, Outcome.MISS, Outcome.COALESCED))
    )

    assert read(1, NOW).hit_rate(P) == 50


def test_neither_outages_nor_events_nor_unknown_ids_change_the_hit_rate(flusher: Flusher) -> None:
    counted(flusher, (P, Outcome.HIT, "en.1"), (P, Outcome.MISS, "en.1"))
    others = set(Outcome) - {Outcome.HIT, Outcome.STALE, Outcome.MISS, Outcome.COALESCED}
    counted(flusher, *((P, outcome, "en.1", None, 100) for outcome in others))
    counted(flusher, (P, Outcome.MISS, "", None, 300), (P, Outcome.ABSENT, "", None, 300))

    assert read(1, NOW).hit_rate(P) == 50


def test_of_nothing_there_is_no_hit_rate() -> None:
    assert read(60, NOW).hit_rate(P) is None
    assert Counts(60).leagues(P) == []


def test_leagues_are_ordered_by_how_much_was_asked(flusher: Flusher) -> None:
    counted(
        flusher,
        (P, Outcome.HIT, "de.1"),
        (P, Outcome.HIT, "en.1"),
        (P, Outcome.MISS, "en.1"),
        (P, Outcome.HIT, "at.1"),
        (P, Outcome.ERROR, "fr.1", None, 9),
        (P, Outcome.ABSENT, "", None, 9),
    )

    assert read(1, NOW).leagues(P) == [("en.1", 2), ("at.1", 1), ("de.1", 1)]


def test_league_codes_may_hold_anything(flusher: Flusher) -> None:
    for code in ("a:b", "ø", "{x}"):
        counted(flusher, (P, Outcome.HIT, code))

    assert {code for code, _ in read(1, NOW).leagues(P)} == {"a:b", "ø", "{x}"}


def test_what_this_version_does_not_know_is_left_out(flusher: Flusher, empty_cache: Any) -> None:
    counted(flusher, (P, Outcome.HIT, "en.1", 0.001))
    strange = [
        "x",
        "n:prediction:guessed:en.1",
        "n:door:hit:en.1",
        "t:prediction:hit:99",
        "t:prediction:hit:x",
        b"\xff",
    ]
    client = empty_cache.client.get_client()
    client.hset(keys.counts(MINUTE), mapping=dict.fromkeys(strange, 5))
    client.hset(keys.counts(MINUTE), "n:prediction:miss:en.1", b"many")
    client.set(keys.counts(MINUTE - 1), b"no hash")

    counts = read(2, NOW)

    assert counts.total(P) == {Outcome.HIT: 1}
    assert sum(counts.times(P).values()) == 1


def test_nobody_there_is_the_callers_to_handle(redis_away: None) -> None:
    with pytest.raises(NobodyThere):
        read(60, NOW)
