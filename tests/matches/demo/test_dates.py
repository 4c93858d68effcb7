"""Moving by whole weeks."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from matches.demo.dates import moved, noon, weeks_past

LONDON = ZoneInfo("Europe/London")
VIENNA = ZoneInfo("Europe/Vienna")


def test_noon_is_that_of_the_leagues_clock() -> None:
    assert noon(date(2015, 8, 8), LONDON) == datetime(2015, 8, 8, 11, tzinfo=UTC)
    assert noon(date(2015, 12, 8), LONDON) == datetime(2015, 12, 8, 12, tzinfo=UTC)


def test_noon_stays_noon_across_a_clock_change() -> None:
    summer = noon(date(2015, 10, 24), VIENNA)
    assert moved(summer, 1, VIENNA) == noon(date(2015, 10, 31), VIENNA) == summer + timedelta(weeks=1, hours=1)


@pytest.mark.parametrize(
    ("now", "weeks"),
    [
        (datetime(2015, 11, 1, tzinfo=UTC), 0),
        (datetime(2015, 11, 20, 10, 59, 59, tzinfo=UTC), 0),
        (datetime(2015, 11, 20, 11, tzinfo=UTC), 1),
        (datetime(2015, 11, 27, 10, 59, 59, tzinfo=UTC), 1),
        (datetime(2015, 11, 27, 11, tzinfo=UTC), 2),
    ],
)
def test_a_kickoff_moves_past_now_and_no_further(now: datetime, weeks: int) -> None:
    assert weeks_past(now, [(noon(date(2015, 11, 20), VIENNA), VIENNA)]) == weeks


@pytest.mark.parametrize("day", [date(2015, 10, 23), date(2015, 3, 27)])
@pytest.mark.parametrize("minutes", [-61, -59, -1, 0, 1, 59, 61])
def test_clock_changes_neither_skip_a_week_nor_leave_a_kickoff_behind(day: date, minutes: int) -> None:
    kickoff = noon(day, VIENNA)
    for weeks_later in range(1, 60):
        now = kickoff + timedelta(weeks=weeks_later, minutes=minutes)
        weeks = weeks_past(now, [(kickoff, VIENNA)])
        assert moved(kickoff, weeks - 1, VIENNA) <= now < moved(kickoff, weeks, VIENNA)


def test_the_first_of_several_kickoffs_decides() -> None:
    first, second = (noon(date(2015, 11, day), VIENNA) for day in (20, 22))
    assert weeks_past(first, [(second, VIENNA), (first, VIENNA)]) == 1
