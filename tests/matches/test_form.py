"""The form of two teams before they meet."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db.models import Q
from pytest_django import DjangoAssertNumQueries

from matches.form import LENGTH, Form, Played, forms_of, with_form
from matches.models import League, Match, Team
from tests.matches.ratings.football import make_league, make_teams, match, season

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]

DAY = date(2014, 9, 1)


@pytest.fixture
def league() -> League:
    return make_league()


@pytest.fixture
def teams() -> list[Team]:
    return make_teams("A", "B", "C")


def played(league: League, days_ago: int, home: Team, away: Team, score: tuple[int, int] | None) -> Match:
    one = match(league, 2014, DAY - timedelta(days=days_ago), home, away, score)
    one.save()
    return one


def form(league: League, home: Team, away: Team) -> Form:
    """Before a match on DAY."""
    one = played(league, 0, home, away, None)
    return forms_of([with_form(Match.objects.all()).get(pk=one.pk)])[one.pk]


def test_it_tells_home_and_away_matches_the_latest_first(league: League, teams: list[Team]) -> None:
    a, b, c = teams
    played(league, 9, a, c, (1, 0))
    played(league, 5, c, a, (2, 2))
    played(league, 3, c, b, (0, 4))
    assert form(league, a, b) == Form(
        home=(Played("2014-08-27", "C", "A", 2, 2), Played("2014-08-23", "A", "C", 1, 0)),
        away=(Played("2014-08-29", "C", "B", 0, 4),),
        meetings=(),
    )


def test_meetings_are_told_of_either_ground(league: League, teams: list[Team]) -> None:
    a, b, c = teams
    played(league, 9, a, b, (1, 0))
    played(league, 8, a, c, (3, 3))
    played(league, 5, b, a, (2, 1))
    assert form(league, a, b).meetings == (Played("2014-08-27", "B", "A", 2, 1), Played("2014-08-23", "A", "B", 1, 0))


def test_it_tells_no_more_than_five_of_each(league: League, teams: list[Team]) -> None:
    a, b, _ = teams
    for ago in range(1, 9):
        played(league, ago, *((a, b) if ago % 2 else (b, a)), (ago, 0))
    lately = form(league, a, b)
    assert [one.home_goals for one in lately.meetings] == [1, 2, 3, 4, 5]
    assert lately.home == lately.away == lately.meetings
    assert len(lately.meetings) == LENGTH


def test_nothing_of_the_day_itself_or_later_shows(league: League, teams: list[Team]) -> None:
    a, b, c = teams
    played(league, 0, a, c, (1, 0))
    played(league, -1, b, a, (1, 0))
    assert form(league, a, b) == Form((), (), ())


def test_only_what_was_played_on_the_pitch_of_this_league_counts(league: League, teams: list[Team]) -> None:
    a, b, c = teams
    played(make_league("en.2"), 2, a, b, (1, 0))
    played(league, 3, a, c, None)
    match(league, 2014, DAY - timedelta(days=4), b, a, (3, 0), status=Match.Status.AWARDED).save()
    assert form(league, a, b) == Form((), (), ())


def test_many_matches_take_two_queries(
    league: League, teams: list[Team], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    Match.objects.bulk_create(season(league, 2013, teams) + season(league, 2014, teams))
    with django_assert_num_queries(2):
        forms = forms_of(list(with_form(Match.objects.order_by("day"))))
    # A B, A C, B A, B C, C A, C B
    assert [len(one.home) for one in forms.values()] == [0, 1, 1, 2, 2, 3, 4, 5, 5, 5, 5, 5]


def test_a_team_that_is_deleted_meanwhile_is_left_out_with_its_matches(league: League, teams: list[Team]) -> None:
    a, b, c = teams
    played(league, 5, a, c, (1, 0))
    played(league, 3, c, b, (2, 2))
    played(league, 2, b, a, (0, 3))
    one = played(league, 0, a, b, None)
    read = list(with_form(Match.objects.filter(pk=one.pk)))
    Match.objects.filter(Q(home_team=c) | Q(away_team=c)).delete()
    c.delete()
    assert forms_of(read)[one.pk].home == (Played("2014-08-30", "B", "A", 0, 3),)
