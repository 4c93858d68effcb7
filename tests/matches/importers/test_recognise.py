"""Which stored match a statement is about."""

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from matches.importers.recognise import recognise
from matches.models import Match
from tests.matches.importers.samples import record

LONDON = ZoneInfo("Europe/London")


def stored(day: str, goals: tuple[int, int] | None = None) -> Match:
    on = date.fromisoformat(day)
    home_goals, away_goals = goals or (None, None)
    return Match(
        kickoff=datetime(on.year, on.month, on.day, 12, tzinfo=UTC),
        day=on,
        home_goals=home_goals,
        away_goals=away_goals,
    )


def found(records: list[Any], matches: list[Match], *, once: bool = False) -> list[int | None]:
    """For each record the index of its match."""
    result = recognise(records, matches, LONDON, once=once)
    return [None if match is None else next(i for i, m in enumerate(matches) if m is match) for match in result]


def test_the_same_day_is_the_same_match() -> None:
    assert found([record("2014-08-16", goals=(1, 0))], [stored("2014-08-16", (2, 0))]) == [0]


def test_nothing_stored_means_a_new_match() -> None:
    assert found([record("2014-08-16")], []) == [None]


def test_two_meetings_at_one_home_stay_two() -> None:
    matches = [stored("2014-08-16", (1, 0)), stored("2015-03-01", (1, 0))]
    records = [record("2015-03-01", goals=(1, 0)), record("2014-08-16", goals=(1, 0))]
    assert found(records, matches) == [1, 0]


def test_the_second_meeting_is_new_when_only_the_first_is_known() -> None:
    matches = [stored("2014-08-16", (1, 0))]
    both = [record("2014-08-16", goals=(1, 0)), record("2015-03-01", goals=(1, 0))]
    assert found(both, matches) == [0, None]
    assert found([record("2015-03-01", goals=(2, 2))], matches) == [None]
    assert found([record("2015-03-01")], matches) == [None]


def test_meetings_three_days_apart_are_told_apart() -> None:
    matches = [stored("2021-05-01", (0, 0)), stored("2021-05-04", (1, 1))]
    records = [record("2021-05-04", goals=(1, 1)), record("2021-05-01", goals=(0, 0))]
    assert found(records, matches) == [1, 0]


def test_a_fixture_that_was_moved_is_the_same_match() -> None:
    assert found([record("2015-04-01", goals=(1, 0))], [stored("2014-12-20")]) == [0]


def test_a_meeting_that_was_moved_past_the_other_is_the_one_that_is_left() -> None:
    matches = [stored("2014-11-01"), stored("2015-03-01", (0, 0))]
    records = [record("2015-03-01", goals=(0, 0)), record("2015-04-01", goals=(2, 0))]
    assert found(records, matches) == [1, 0]


def test_a_source_that_has_not_heard_of_the_move_means_the_same_match() -> None:
    assert found([record("2014-12-20")], [stored("2015-04-01", (1, 0))]) == [0]


def test_the_same_score_far_away_is_a_wrong_date() -> None:
    assert found([record("2014-07-16", goals=(3, 2))], [stored("2015-07-16", (3, 2))]) == [0]


def test_a_result_some_days_away_is_the_same_match_whatever_the_score() -> None:
    assert found([record("2014-08-16", goals=(3, 0))], [stored("2014-09-01", (1, 1))]) == [0]


def test_where_teams_meet_once_no_distance_is_too_far() -> None:
    assert found([record("2015-05-01", goals=(2, 2))], [stored("2014-08-16", (1, 0))], once=True) == [0]
    assert found([record("2015-05-01")], [stored("2014-08-16", (1, 0))], once=True) == [0]


def test_where_teams_meet_once_a_second_record_is_still_new() -> None:
    both = [record("2014-08-16"), record("2015-05-01")]
    assert found(both, [stored("2014-08-16")], once=True) == [0, None]
