"""League tables."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from matches.models import League, Match, Team
from matches.table import Row, season_on, table_of
from tests.matches.ratings.football import FIRST_DAY, make_league, make_teams, match, season

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]

EVER = date.max


@pytest.fixture
def league() -> League:
    return make_league()


def day(number: int) -> date:
    return FIRST_DAY + timedelta(days=number)


def play(league: League, number: int, home: Team, away: Team, score: tuple[int, int] | None) -> None:
    match(league, 2010, day(number), home, away, score).save()


def named(rows: Sequence[Row]) -> str:
    return "".join(row.team.name for row in rows)


def test_a_row_counts_matches_goals_and_points(league: League) -> None:
    a, b, c = make_teams("A", "B", "C")
    play(league, 0, a, b, (3, 1))
    play(league, 1, c, a, (2, 2))
    play(league, 2, b, a, (1, 0))

    row = next(row for row in table_of(league, 2010, day=EVER) if row.team == a)

    assert (row.played, row.won, row.drawn, row.lost) == (3, 1, 1, 1)
    assert (row.goals_for, row.goals_against, row.goal_difference) == (5, 4, 1)
    assert (row.points, row.form) == (4, "WDL")


def test_points_come_first_then_goal_difference_then_goals_then_the_name(league: League) -> None:
    a, b, c, d, e, f = make_teams("A", "B", "C", "D", "E", "F")
    play(league, 0, f, a, (1, 0))
    play(league, 1, e, b, (2, 0))
    play(league, 2, d, c, (3, 1))

    rows = table_of(league, 2010, day=EVER)

    # D and E lead by the same difference, D with more goals; likewise C before B. A lost by the least.
    assert named(rows) == "DEFACB"
    assert [row.position for row in rows] == [1, 2, 3, 4, 5, 6]


def test_what_is_level_in_everything_is_in_the_order_of_names(league: League) -> None:
    b, a = make_teams("B", "A")
    play(league, 0, b, a, (1, 1))
    assert named(table_of(league, 2010, day=EVER)) == "AB"


def test_it_stands_as_at_the_end_of_a_day(league: League) -> None:
    a, b = make_teams("A", "B")
    play(league, 0, a, b, (1, 0))
    play(league, 7, b, a, (5, 0))
    assert [row.points for row in table_of(league, 2010, day=day(-1))] == [0, 0]
    assert named(table_of(league, 2010, day=day(6))) == "AB"
    assert named(table_of(league, 2010, day=day(7))) == "BA"


def test_teams_that_have_not_played_are_in_it(league: League) -> None:
    a, b, c, d = make_teams("A", "B", "C", "D")
    play(league, 0, b, a, (1, 0))
    play(league, 9, c, d, None)
    assert named(table_of(league, 2010, day=EVER)) == "BCDA"


def test_awarded_matches_count_and_cancelled_ones_do_not(league: League) -> None:
    a, b = make_teams("A", "B")
    match(league, 2010, day(0), a, b, (3, 0), status=Match.Status.AWARDED).save()
    match(league, 2010, day(1), b, a, status=Match.Status.CANCELLED).save()
    assert [(row.team, row.played, row.points) for row in table_of(league, 2010, day=EVER)] == [(a, 1, 3), (b, 1, 0)]


def test_only_this_league_and_season_count(league: League) -> None:
    a, b = make_teams("A", "B")
    match(league, 2009, day(-300), a, b, (1, 0)).save()
    match(make_league("en.2"), 2010, day(0), a, b, (1, 0)).save()
    assert table_of(league, 2010, day=EVER) == []


def test_form_is_of_the_last_five(league: League) -> None:
    a, b = make_teams("A", "B")
    for number, score in enumerate([(1, 0), (0, 1), (1, 1), (2, 0), (2, 2), (3, 0), (0, 3)]):
        play(league, number, a, b, score)
    forms = {row.team.name: row.form for row in table_of(league, 2010, day=EVER)}
    assert forms == {"A": "DWDWL", "B": "DLDLW"}


@pytest.mark.parametrize("count", [2, 8])
def test_two_queries_make_it_however_many_teams_there_are(
    league: League, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    teams = make_teams(*"ABCDEFGH"[:count])
    Match.objects.bulk_create(season(league, 2010, teams))
    with django_assert_num_queries(2):
        rows = table_of(league, 2010, day=EVER)
    assert len(rows) == count
    assert {row.played for row in rows} == {2 * (count - 1)}
    assert sum(row.goal_difference for row in rows) == 0


def test_the_season_of_a_day_is_the_latest_that_has_begun(league: League) -> None:
    Match.objects.bulk_create(
        [*season(league, 2010, make_teams("A", "B")), *season(league, 2012, make_teams("C", "D"))]
    )
    assert season_on(league, date(2010, 8, 14)) == 2010
    assert season_on(league, date(2012, 8, 13)) == 2010
    assert season_on(league, date(2012, 8, 14)) == 2012
    assert season_on(league, date.max) == 2012


def test_before_all_seasons_it_is_the_first(league: League) -> None:
    Match.objects.bulk_create(
        [*season(league, 2010, make_teams("A", "B")), *season(league, 2012, make_teams("C", "D"))]
    )
    assert season_on(league, date.min) == 2010
    assert season_on(make_league("en.2"), date.max) is None
