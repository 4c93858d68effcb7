"""Names, aliases and ids lead to teams; what is merely alike is suggested."""

from __future__ import annotations

import pytest
from pytest_django import DjangoAssertNumQueries

from matches.lookup import MOST_SUGGESTIONS, TeamAmbiguous, TeamNotFound, find_team, find_teams, suggest
from matches.models import League, Team, TeamAlias
from matches.names import normalise
from tests.matches.ratings.football import FIRST_DAY, make_league, match

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]


def make_team(name: str, *aliases: str, country: str = "en") -> Team:
    team = Team.objects.create(name=name, country=country)
    for alias in aliases:
        TeamAlias.objects.create(team=team, country=country, name=alias, key=normalise(alias))
    return team


def meet(league: League, home: Team, away: Team) -> None:
    match(league, 2010, FIRST_DAY, home, away).save()


@pytest.mark.parametrize("name", ["Manchester United", "MANCHESTER UNITED FC", "man. utd", "Man Utd"])
def test_a_name_or_an_alias_in_any_spelling_finds_the_team(name: str) -> None:
    team = make_team("Manchester United", "Man Utd")
    make_team("Manchester City")
    assert find_teams(name) == [team]


@pytest.mark.parametrize("name", ["Manchester", "Manchester Untied", "", "…", "\x00", "x" * 101, "ﷺ" * 90])
def test_what_is_merely_alike_is_not_found(name: str) -> None:
    make_team("Manchester United")
    assert find_teams(name) == []


def test_a_name_in_two_countries_is_two_teams_unless_the_country_is_given() -> None:
    here, there = make_team("Arsenal"), make_team("Arsenal", country="ar")
    assert find_teams("arsenal") == [there, here]
    assert find_teams("arsenal", country="en") == [here]


def test_a_league_narrows_it_down_to_those_who_play_there() -> None:
    here, there, other = make_team("Arsenal"), make_team("Arsenal", country="ar"), make_team("Boca", country="ar")
    meet(make_league("ar.1"), other, there)
    assert find_teams("Arsenal", league="ar.1") == [there]
    assert find_teams("Boca", league="ar.1") == [other]
    assert find_teams("Arsenal", league="en.1") == []
    assert here not in find_teams("Arsenal", league="ar.1")


def test_an_alias_comes_before_a_name_that_looks_like_it_in_its_country() -> None:
    make_team("Wanderers")
    bolton = make_team("Bolton", "Wanderers")
    elsewhere = make_team("Wanderers", country="uy")
    assert find_teams("wanderers") == [bolton, elsewhere]


def test_digits_are_an_id() -> None:
    team = make_team("1860", country="de")
    assert find_team(str(team.pk)) == team


@pytest.mark.parametrize("text", ["0", "999999", "9" * 18, "9" * 19, "9" * 5000, "-1", "٣", "1.5", "1_0"])
def test_what_is_no_teams_id_is_no_team(text: str) -> None:
    make_team("Arsenal")
    with pytest.raises(TeamNotFound, match="There is no team"):
        find_team(text)


def test_nothing_is_suggested_unasked(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    make_team("Arsenal")
    with pytest.raises(TeamNotFound) as caught, django_assert_num_queries(2):
        find_team("Arsenall")
    assert caught.value.name == "Arsenall"


def test_who_asks_for_several_is_told_which() -> None:
    here, there = make_team("Arsenal"), make_team("Arsenal", country="ar")
    with pytest.raises(TeamAmbiguous, match="name a league as well") as caught:
        find_team("Arsenal")
    assert caught.value.candidates == [there, here]
    assert find_team("Arsenal", country="ar") == there


@pytest.mark.parametrize(
    ("asked", "suggested"),
    [
        ("Mancester United", ["Manchester United", "Manchester City"]),
        ("Bayren", ["Bayern München"]),
        ("Bayern Munich", ["Bayern München"]),
        ("manchester", ["Manchester City", "Manchester United"]),
        ("united", ["Manchester United"]),
        ("united man", ["Manchester United"]),
        ("Man Utdd", ["Manchester United"]),
        ("Munchen", ["Bayern München"]),
        ("Quidditch", []),
        ("…", []),
        ("x" * 101, []),
    ],
)
def test_close_spellings_are_suggested_the_likeliest_first(asked: str, suggested: list[str]) -> None:
    make_team("Manchester United", "Man Utd")
    make_team("Manchester City")
    make_team("Bayern München", country="de")
    assert suggest(asked) == suggested


def test_each_suggestion_finds_its_team() -> None:
    make_team("Manchester United", "Man Utd", "The Red Devils")
    assert [find_teams(name)[0].name for name in suggest("red devil")] == ["Manchester United"]


def test_only_those_in_question_are_suggested() -> None:
    make_team("Arsenal")
    there, other = make_team("Arsenal Sarandí", country="ar"), make_team("Boca", country="ar")
    meet(make_league("ar.1"), there, other)
    assert suggest("Arsenall", league="ar.1") == suggest("Arsenall", country="ar") == ["Arsenal Sarandí"]


def test_no_more_than_five_are_suggested() -> None:
    for number in range(9):
        make_team(f"United {number}")
    assert len(suggest("united")) == MOST_SUGGESTIONS == 5


@pytest.mark.parametrize("teams", [1, 30])
def test_the_queries_are_as_many_however_many_teams_there_are(
    teams: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(teams):
        make_team(f"Team {number}", f"T. {number}")
    with django_assert_num_queries(2):
        assert find_team("t 0").name == "Team 0"
    with django_assert_num_queries(2):
        assert suggest("Tean 0")[0] == "Team 0"
