"""What comes back, and as what it counts."""

from __future__ import annotations

import pytest

from predictions.cache.answers import Answer, Computed, Part, Source, entry_of
from predictions.cache.counting import Outcome
from predictions.cache.entry import ABSENCE, NO_GENERATION
from predictions.cache.lifetime import Lifetime

COMPUTED = Computed(b"body", Lifetime(20.0, 30.0), "en.1", [Part("key", b"part", Lifetime(40.0, 40.0))])


@pytest.mark.parametrize(
    ("source", "collapsed", "outcome"),
    [
        (Source.HIT, False, Outcome.HIT),
        (Source.STALE, False, Outcome.STALE),
        (Source.MISS, False, Outcome.MISS),
        (Source.MISS, True, Outcome.COALESCED),
        (Source.BYPASS, False, Outcome.BYPASS),
    ],
)
def test_each_answer_counts_once(source: Source, collapsed: bool, outcome: Outcome) -> None:
    assert Answer(entry_of(COMPUTED, stored_at=10.0), source, collapsed=collapsed).outcome is outcome


@pytest.mark.parametrize("source", Source)
def test_an_absence_counts_as_such_wherever_it_came_from(source: Source) -> None:
    absence = entry_of(Computed(ABSENCE, Lifetime(20.0, 20.0)), stored_at=10.0)
    assert Answer(absence, source).outcome is Outcome.ABSENT


def test_an_entry_says_what_was_computed_by_whom_and_when() -> None:
    entry = entry_of(COMPUTED, generation=b"g" * 16, model="a model", stored_at=10.0)
    assert (entry.body, entry.league, entry.model, entry.generation) == (b"body", "en.1", "a model", b"g" * 16)
    assert (entry.stored_at, entry.fresh_until, entry.stale_until) == (10.0, 20.0, 30.0)


def test_a_part_has_a_body_and_a_lifetime_of_its_own() -> None:
    entry = entry_of(COMPUTED, COMPUTED.parts[0], stored_at=10.0)
    assert (entry.body, entry.fresh_until, entry.stale_until, entry.league) == (b"part", 40.0, 40.0, "en.1")


def test_what_is_not_to_be_stored_carries_no_generation() -> None:
    assert entry_of(COMPUTED, stored_at=10.0).generation == NO_GENERATION
