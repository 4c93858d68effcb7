"""What the meetings of two teams add up to."""

from __future__ import annotations

from datetime import timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from matches.head_to_head import Tally, meetings, tallies
from matches.models import Match, Team
from tests.matches.ratings.football import FIRST_DAY, make_league, make_teams, match

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]


@pytest.fixture
def teams() -> list[Team]:
    """A and B, who met six times and are to meet again, and C, who met both."""
    a, b, c = teams = make_teams("A", "B", "C")
    league, cup = make_league(), make_league("en.2")
    scores = [
        (league, a, b, (3, 1)),
        (league, b, a, (2, 2)),
        (league, a, b, (0, 4)),
        (cup, b, a, (0, 1)),
        (cup, b, a, (0, 2)),
        (league, a, c, (9, 0)),
        (league, c, b, (9, 0)),
    ]
    for number, (where, home, away, score) in enumerate(scores):
        match(where, 2010, FIRST_DAY + timedelta(days=number), home, away, score).save()
    match(league, 2010, FIRST_DAY + timedelta(days=20), b, a, (3, 0), status=Match.Status.AWARDED).save()
    match(league, 2010, FIRST_DAY + timedelta(days=30), b, a).save()
    return teams


def test_all_meetings_that_are_decided_are_found(teams: list[Team]) -> None:
    a, b, _ = teams
    assert [str(one) for one in meetings(a, b)] == [
        "A – B, 2010-08-14",
        "B – A, 2010-08-15",
        "A – B, 2010-08-16",
        "B – A, 2010-08-17",
        "B – A, 2010-08-18",
        "B – A, 2010-09-03",
    ]
    assert list(meetings(b, a)) == list(meetings(a, b))


def test_they_add_up_overall_and_at_the_ground_of_the_first(
    teams: list[Team], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    a, b, _ = teams
    with django_assert_num_queries(1):
        overall, here = tallies(meetings(a, b), a, b)
    assert overall == Tally(meetings=6, one_won=3, drawn=1, other_won=2, one_goals=8, other_goals=10)
    assert here == Tally(meetings=2, one_won=1, drawn=0, other_won=1, one_goals=3, other_goals=5)


def test_seen_from_the_other_side_it_is_the_other_way_round(teams: list[Team]) -> None:
    a, b, _ = teams
    overall, there = tallies(meetings(b, a), b, a)
    assert overall == Tally(meetings=6, one_won=2, drawn=1, other_won=3, one_goals=10, other_goals=8)
    assert there == Tally(meetings=4, one_won=1, drawn=1, other_won=2, one_goals=5, other_goals=5)


def test_teams_that_never_met_have_nothing_to_add_up() -> None:
    one, other = make_teams("X", "Y")
    nothing = Tally(0, 0, 0, 0, 0, 0)
    assert tallies(meetings(one, other), one, other) == (nothing, nothing)
