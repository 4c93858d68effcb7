"""Whatever stands in a file, it is read or named; nothing is raised but what says that the file is unreadable."""

import json
from typing import Any

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from matches.importers import SourceFile, import_file
from matches.importers.detect import reader_of
from matches.importers.records import Reading, UnreadableFile
from tests.matches.importers.samples import HEADER

CELLS = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        ["", "E0", "16/08/14", "31/02/2015", "1e9", "nan", "-0", "2.0", "99", "19:45", "Arsenal", '"', "\0"]
    ),
)
VALUES = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8),
        st.sampled_from(["2014-08-16", "2014-13-40", "19:45", "awarded", "Arsenal", "\ud800", 10**400]),
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner, max_size=3)),
    max_leaves=5,
)  # fmt: skip
MATCHES = st.fixed_dictionaries(
    {},
    optional=dict.fromkeys(
        ["date", "time", "team1", "team2", "score", "score1", "score2", "status", "round", "name"], VALUES
    ),
)


def read(file: SourceFile) -> Reading | None:
    """What is in the file; None when it is unreadable, and says so."""
    try:
        return reader_of(file)(file)
    except UnreadableFile:
        return None


@given(st.lists(st.lists(CELLS, max_size=16).map(",".join), max_size=5))
def test_any_csv(lines: list[str]) -> None:
    file = SourceFile("E0.csv", "\n".join([HEADER, *lines]).encode(errors="surrogatepass"))
    reading = read(file)
    assert reading is None or all(rejection.reason and rejection.line for rejection in reading.rejections)


@given(st.lists(st.one_of(MATCHES, VALUES), max_size=5), st.booleans())
def test_any_json(matches: list[Any], older: bool) -> None:
    document = {"rounds": [{"name": "1", "matches": matches}]} if older else {"matches": matches}
    file = SourceFile("en.1.json", json.dumps(document).encode())
    if (reading := read(file)) is not None:
        assert len(reading.records) + len(reading.rejections) == len(matches)
        assert all(rejection.reason and rejection.line for rejection in reading.rejections)


@given(st.binary(max_size=200))
def test_any_bytes(content: bytes) -> None:
    file = SourceFile("E0.csv", content)
    with pytest.raises(UnreadableFile):
        reader_of(file)(file)


NAMES = st.text(max_size=110)


@pytest.mark.django_db
@settings(max_examples=50, deadline=None)
@given(NAMES, NAMES, st.integers(-1, 101), st.floats(), st.dates())
def test_whatever_is_read_can_be_stored(home: str, away: str, goals: int, odds: float, day: Any) -> None:
    line = f"E0,{day:%d/%m}/{day.year:04},,{home},{away},{goals},0,,{goals},,,,{odds},3.0,4.0"
    file = SourceFile("E0.csv", "\n".join([HEADER, line]).encode(errors="surrogatepass"))
    with transaction.atomic():
        result = import_file(file)
        transaction.set_rollback(True)
    assert result.new <= 1
