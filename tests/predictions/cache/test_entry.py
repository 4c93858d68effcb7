"""The entry's layout: what goes in comes out, and nothing else is taken for an entry."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from predictions.cache import entry as entries
from predictions.cache.entry import ABSENCE, CorruptEntry, pack, says_absence, unpack

TIMES = st.floats(min_value=0, max_value=1e11)
NAMES = st.text(max_size=60).filter(lambda name: len(name.encode()) <= 255)


def an_entry(body: bytes = b'{"a":1}', league: str = "en.1", model: str = "20260101-abc") -> entries.Entry:
    return entries.make(
        generation=b"g" * 16, stored_at=1000.25, fresh_until=4600.0, league=league, model=model, body=body
    )


@given(st.binary(min_size=1, max_size=2000), st.binary(min_size=16, max_size=16), TIMES, TIMES, TIMES, NAMES, NAMES)
def test_what_is_packed_comes_out_unchanged(
    body: bytes, generation: bytes, stored: float, fresh: float, stale: float, league: str, model: str
) -> None:
    entry = entries.make(
        generation=generation,
        stored_at=stored,
        fresh_until=fresh,
        stale_until=stale,
        league=league,
        model=model,
        body=body,
    )
    assert unpack(pack(entry)) == entry


@given(st.binary(max_size=200))
def test_other_bytes_are_corrupt_and_raise_nothing_else(content: bytes) -> None:
    with pytest.raises(CorruptEntry):
        unpack(content)


def test_an_entry_cut_short_within_its_header_or_before_its_body_is_corrupt() -> None:
    packed = pack(an_entry(body=b"x"))
    for size in range(len(packed)):
        with pytest.raises(CorruptEntry):
            unpack(packed[:size])


def test_an_entry_of_another_schema_is_corrupt() -> None:
    packed = pack(an_entry())
    with pytest.raises(CorruptEntry, match="schema"):
        unpack(packed[:3] + b"\x02" + packed[4:])


def test_an_absence_is_known_by_its_first_bytes() -> None:
    assert says_absence(pack(an_entry(body=ABSENCE))[:5])
    assert not says_absence(pack(an_entry())[:5])


def test_a_value_marked_as_an_absence_is_corrupt() -> None:
    packed = pack(an_entry())
    with pytest.raises(CorruptEntry, match="kind"):
        unpack(packed[:4] + b"A" + packed[5:])


def test_the_etag_depends_on_the_body_alone() -> None:
    assert an_entry(league="en.1").etag == an_entry(league="es.1").etag
    assert an_entry(body=b"1").etag != an_entry(body=b"2").etag


def test_a_name_too_long_for_the_header_is_refused() -> None:
    with pytest.raises(Exception, match="255"):
        pack(an_entry(league="x" * 256))
