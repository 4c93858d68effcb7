from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from matches.models import League, Match
from pages.times import duration, kick_off, moment_in_words


def _match(zone: str, kickoff: datetime, *, known: bool = True) -> Match:
    return Match(league=League(time_zone=zone), kickoff=kickoff, kickoff_time_known=known, day=date(2026, 11, 28))


@pytest.mark.parametrize(
    ("zone", "local", "utc"),
    [
        ("Europe/Berlin", "20:30 CET", "19:30 UTC"),
        ("Europe/London", "19:30 GMT", ""),
        ("UTC", "19:30 UTC", ""),
        ("America/Sao_Paulo", "16:30 UTC-03", "19:30 UTC"),
    ],
)
def test_a_kick_off_is_told_by_the_clock_of_its_place_and_in_utc(zone: str, local: str, utc: str) -> None:
    told = kick_off(_match(zone, datetime(2026, 11, 28, 19, 30, tzinfo=UTC)))

    assert (told.day, told.short_day) == ("Sat 28 November 2026", "Sat 28 Nov")
    assert (told.local, told.utc) == (local, utc)
    assert told.iso == "2026-11-28T19:30:00Z"


def test_the_day_in_utc_is_told_where_it_is_another_one() -> None:
    told = kick_off(_match("Asia/Tokyo", datetime(2026, 11, 27, 22, 0, tzinfo=UTC)))

    assert (told.short_day, told.local, told.utc) == ("Sat 28 Nov", "07:00 JST", "Fri 27 Nov, 22:00 UTC")


def test_no_time_is_told_where_none_is_known() -> None:
    told = kick_off(_match("Europe/Berlin", datetime(2026, 11, 28, 11, 0, tzinfo=UTC), known=False))

    assert (told.iso, told.short_day, told.local, told.utc) == ("2026-11-28", "Sat 28 Nov", "", "")


def test_a_moment_is_told_to_the_second() -> None:
    assert moment_in_words(datetime(2026, 3, 1, 9, 5, 7, tzinfo=UTC)) == "Sun 1 March 2026, 09:05:07 UTC"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "under a minute"), (59.9, "under a minute"), (60, "1 min"), (3599, "59 min"), (7200, "2 h"), (200_000, "2 d")],
)
def test_durations_are_rounded_down(seconds: float, text: str) -> None:
    assert duration(seconds) == text
