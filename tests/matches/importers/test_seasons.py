"""Which season a file is of, and dates that lie a year too early."""

from datetime import date, timedelta

import pytest

from matches.importers.records import InvalidRow
from matches.importers.seasons import check, claimed_by_code, claimed_by_text, repaired, season_of


def weekly(first: date, number: int) -> list[date]:
    return [first + timedelta(weeks=week) for week in range(number)]


@pytest.mark.parametrize(
    ("text", "seasons"),
    [
        ("English Premier League 2014/15", [2014]),
        ("2014-15", [2014]),
        ("2014-2015", [2014]),
        ("1999/00", [1999]),
        ("2020", [2020]),
        ("2014/17", []),
        ("Bundesliga", []),
        ("Serie A 2020", []),
    ],
)
def test_a_title_or_folder_claims_a_season(text: str, seasons: list[int]) -> None:
    assert claimed_by_text(text) == seasons


@pytest.mark.parametrize(
    ("path", "seasons"),
    [
        ("E0_0304.csv", [2003]),
        ("data/9900/E0.csv", [1999]),
        ("https://example.com/2021/E0.csv", [2020]),
        ("2014-15/E0.csv", []),
        ("E0_1234x.csv", []),
    ],
)
def test_a_code_claims_a_season(path: str, seasons: list[int]) -> None:
    assert claimed_by_code(path) == seasons


def test_without_a_claim_the_dates_decide() -> None:
    assert season_of(weekly(date(2003, 8, 16), 40), [], in_one_year=False) == 2003


def test_a_season_that_ends_in_august_is_still_last_years() -> None:
    days = [*weekly(date(2019, 8, 9), 30), *weekly(date(2020, 6, 17), 9)]
    assert season_of(days, [], in_one_year=False) == 2019


def test_a_claim_tells_the_end_of_one_season_from_the_start_of_the_next() -> None:
    end = weekly(date(2020, 7, 4), 4)
    assert season_of(end, [2019], in_one_year=False) == 2019
    assert season_of(end, [], in_one_year=False) == 2020


def test_dates_outweigh_a_claim_that_they_contradict() -> None:
    assert season_of(weekly(date(2014, 8, 16), 38), [2013], in_one_year=False) == 2014


def test_the_second_claim_is_believed_if_it_fits_better() -> None:
    assert season_of(weekly(date(2020, 7, 4), 4), [2011, 2019], in_one_year=False) == 2019


def test_a_season_of_one_year_is_named_by_it() -> None:
    assert season_of(weekly(date(2021, 3, 1), 38), [], in_one_year=True) == 2021


def test_a_season_of_one_year_may_end_in_the_next() -> None:
    assert season_of(weekly(date(2020, 8, 8), 29), [2020], in_one_year=True) == 2020


def test_a_day_may_be_a_year_off_but_not_more() -> None:
    check(date(2015, 12, 31), 2014)
    with pytest.raises(InvalidRow, match="date 2051-08-16 is not in the season that starts in 2014"):
        check(date(2051, 8, 16), 2014)


def test_a_season_before_football_is_refused() -> None:
    with pytest.raises(InvalidRow, match="1850"):
        check(date(1850, 1, 1), 1849)


def test_the_end_of_a_season_dated_a_year_too_early_is_put_right() -> None:
    days: list[date | None] = [*weekly(date(2019, 8, 9), 42), *weekly(date(2019, 7, 1), 4)]
    assert repaired(days, list(range(1, 47))) == [*days[:42], *weekly(date(2020, 7, 1), 4)]


def test_a_final_without_a_number_counts_as_of_the_round_before_it() -> None:
    days: list[date | None] = [*weekly(date(2019, 8, 9), 40), date(2019, 7, 15)]
    assert repaired(days, [*range(1, 41), None])[-1] == date(2020, 7, 15)


def test_a_match_played_months_after_its_round_is_left_alone() -> None:
    days: list[date | None] = [*weekly(date(2019, 8, 9), 40)]
    days[2] = date(2020, 6, 1)
    assert repaired(days, list(range(1, 41))) == days


def test_a_match_brought_forward_by_weeks_is_left_alone() -> None:
    days: list[date | None] = [*weekly(date(2019, 8, 9), 40)]
    days[25] = days[15]
    assert repaired(days, list(range(1, 41))) == days


def test_a_few_matches_prove_nothing() -> None:
    days: list[date | None] = [date(2019, 8, 9), date(2019, 8, 16), date(2019, 7, 1)]
    assert repaired(days, [1, 2, 38]) == days


def test_a_missing_date_stays_missing() -> None:
    assert repaired([None], [1]) == [None]
