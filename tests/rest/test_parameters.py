"""Query parameters of what is no list."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.test import APIRequestFactory

from rest.parameters import DayField, Parameters, PlainIntegerField


class Wanted(Parameters):
    season = PlainIntegerField(required=False, max_value=2200)
    date = DayField(required=False)


def read(query: str, **kwargs: Any) -> dict[str, Any]:
    return Wanted.read(Request(APIRequestFactory().get(f"/?{query}")), **kwargs)


def wrong(query: str) -> list[str]:
    with pytest.raises(ValidationError) as caught:
        read(query)
    assert isinstance(caught.value.detail, dict)
    return sorted(caught.value.detail)


def test_what_was_asked_for_is_read() -> None:
    assert read("season=2014&date=2014-08-16") == {"season": 2014, "date": date(2014, 8, 16)}


def test_an_empty_parameter_counts_as_left_out() -> None:
    assert read("season=&date=") == {}


def test_how_the_answer_is_to_look_is_for_others_to_read() -> None:
    assert read("season=2014&format=csv") == {"season": 2014}
    assert read("cursor=x", beside=["cursor"]) == {}


@pytest.mark.parametrize("season", ["%D9%A2", "2_014", "+2014", "-1", "2014.0", "2201", "9" * 5000, "%00", "2014%0A"])
def test_a_number_is_plain_digits(season: str) -> None:
    assert wrong(f"season={season}") == ["season"]


@pytest.mark.parametrize("day", ["2014-8-16", "20140816", "2014-W33-6", "2014-02-30", "0000-01-01", "2014-08-16%0A"])
def test_a_day_is_written_in_one_way(day: str) -> None:
    assert wrong(f"date={day}") == ["date"]


def test_what_nobody_knows_is_refused() -> None:
    assert wrong("seson=2014&season=x") == ["seson"]


def test_what_is_there_twice_is_refused() -> None:
    assert wrong("season=2014&season=2015") == ["season"]
    assert wrong("season=2014&format=csv&format=json") == ["format"]
    assert wrong("season=2014&season=2014&seson=1") == ["season", "seson"]
