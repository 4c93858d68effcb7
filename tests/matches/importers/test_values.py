"""Single values, and what is said of those that can't be believed."""

from datetime import date, time
from typing import Any

import pytest

from matches.importers import values
from matches.importers.records import InvalidRow


@pytest.mark.parametrize("value", [2, 2.0, "2", "2.0"])
def test_a_whole_number_may_be_written_with_a_point(value: Any) -> None:
    assert values.whole_number(value, what="score", most=99) == 2


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("x", "score 'x' is not a whole number"),
        ("2.5", "score '2.5' is not a whole number"),
        (float("nan"), "score nan is not a whole number"),
        (float("inf"), "score inf is not a whole number"),
        ("1_0", "score '1_0' is not a whole number"),
        (True, "score True is not a whole number"),
        ([2], "score [2] is not a whole number"),
        (10**400, None),
        ("9" * 5000, None),
        (-1, "score -1 is below 0"),
        (100, "score 100 is above 99"),
    ],
)
def test_anything_else_is_no_score(value: Any, reason: str | None) -> None:
    with pytest.raises(InvalidRow) as raised:
        values.whole_number(value, what="score", most=99)
    assert reason is None or str(raised.value) == reason
    assert len(str(raised.value)) < 100


@pytest.mark.parametrize("value", ["nan", "inf", "-2", "1", "0.5", "1e400", "two", "99999"])
def test_odds_are_numbers_above_one(value: str) -> None:
    with pytest.raises(InvalidRow, match="odds"):
        values.odds(value)


def test_odds_are_decimal() -> None:
    assert values.odds("1.95") == 1.95


@pytest.mark.parametrize(
    ("parts", "reason"),
    [
        ((1066, 10, 14), "date 1066-10-14 is before 1850"),
        ((2999, 1, 1), "date 2999-01-01 is after 2200"),
        ((2015, 2, 30), "date 'as written' is not in the calendar"),
    ],
)
def test_a_date_on_which_nobody_played_is_named(parts: tuple[int, int, int], reason: str) -> None:
    with pytest.raises(InvalidRow, match=reason):
        values.day_of_year(*parts, written="as written")


def test_a_date_is_a_date() -> None:
    assert values.day_of_year(2015, 2, 28, written="") == date(2015, 2, 28)


@pytest.mark.parametrize(("value", "expected"), [("19:45", time(19, 45)), ("9.05", time(9, 5)), ("20:00:00", time(20))])
def test_a_time_of_day_is_read(value: str, expected: time) -> None:
    assert values.time_of_day(value) == expected


@pytest.mark.parametrize("value", [None, ""])
def test_no_time_of_day_is_unknown(value: str | None) -> None:
    assert values.time_of_day(value) is None


@pytest.mark.parametrize("value", ["25:00", "12:60", "noon", 1945])
def test_what_is_no_time_of_day_is_named(value: Any) -> None:
    with pytest.raises(InvalidRow, match="is not a time of day"):
        values.time_of_day(value)


def test_a_name_has_single_spaces() -> None:
    assert values.team_name("  Aston \u00a0 Villa\t") == "Aston Villa"


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (None, "a team has no name"),
        ("  ", "a team has no name"),
        (7, "a team has no name"),
        ("Ars\0enal", r"team 'Ars\\x00enal' has characters that can't be printed"),
        ("\ud800", "characters that can't be printed"),
        ("x" * 101, "a name of more than 100 characters"),
    ],
)
def test_what_is_no_name_is_named(value: Any, reason: str) -> None:
    with pytest.raises(InvalidRow, match=reason):
        values.team_name(value)
