"""What is told of a change of the football, when, and how often."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from matches import services
from matches.models import League, Match, Team, TeamSnapshot
from matches.services import LeagueChange
from matches.signals import matches_changed
from tests.matches.ratings.football import FIRST_DAY, make_league, make_teams, match, season
from tests.matches.ratings.oracle import assert_in_line

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]

DAY = timedelta(days=1)


@pytest.fixture
def league() -> League:
    """Two seasons of four teams, and a third to be played."""
    league, teams = make_league(), make_teams("A", "B", "C", "D")
    for number in (2010, 2011, 2012):
        Match.objects.bulk_create(season(league, number, teams, played=number < 2012))
    return league


@pytest.fixture
def told(league: League) -> Iterator[list[LeagueChange]]:
    """What is told from here on."""
    told: list[LeagueChange] = []

    def hear(*, changes: Sequence[LeagueChange], **kwargs: Any) -> None:
        told.extend(changes)

    matches_changed.connect(hear)
    yield told
    matches_changed.disconnect(hear)


def _last_played() -> Match:
    return Match.objects.filter(status="finished").latest("day")


def test_a_result_is_told_with_its_league_its_day_and_its_id(league: League, told: list[LeagueChange]) -> None:
    one = _last_played()
    one.home_goals = 9
    one.save()

    assert told == [LeagueChange(league.pk, one.day, frozenset([one.pk]), ratings_moved=True)]


def test_a_change_that_moves_no_rating_says_so(league: League, told: list[LeagueChange]) -> None:
    one = _last_played()
    one.home_shots = 9
    one.save()

    assert told == [LeagueChange(league.pk, one.day, frozenset([one.pk]), ratings_moved=False)]


def test_a_moved_kickoff_is_told_from_the_earlier_of_its_days(league: League, told: list[LeagueChange]) -> None:
    one = _last_played()
    was = one.day
    one.kickoff += 3 * DAY
    one.save()
    one.kickoff -= 2 * DAY
    one.save()

    assert [change.since for change in told] == [was, was + DAY]


def test_ratings_that_move_before_the_match_written_are_told_from_where_they_moved(
    league: League, told: list[LeagueChange]
) -> None:
    """A fixture late in the season brings in a new team, so that the season starts otherwise for everybody."""
    newcomer = make_teams("Newcomer")[0]
    match(league, 2012, date(2013, 5, 1), newcomer, Team.objects.get(name="A")).save()

    assert told[0].since == FIRST_DAY.replace(year=2012) - DAY
    assert told[0].ratings_moved


def test_a_match_that_changes_leagues_is_told_of_both(league: League, told: list[LeagueChange]) -> None:
    other, one = make_league("en.2"), _last_played()
    one.league = other
    one.save()

    assert {change.league_id: change.match_ids for change in told} == {
        league.pk: frozenset([one.pk]),
        other.pk: frozenset([one.pk]),
    }


def test_a_deleted_match_is_told(league: League, told: list[LeagueChange]) -> None:
    one = _last_played()
    pk = one.pk
    one.delete()

    assert [change.match_ids for change in told] == [frozenset([pk])]


def test_new_matches_are_told_by_id(league: League, told: list[LeagueChange]) -> None:
    one = _last_played()
    new = Match.objects.bulk_create(
        [match(league, 2011, one.day + n * DAY, one.home_team, one.away_team) for n in (1, 2)]
    )

    assert [change.match_ids for change in told] == [frozenset(match.pk for match in new)]


def test_a_league_whose_time_zone_changes_is_told_with_all_its_matches(
    league: League, told: list[LeagueChange]
) -> None:
    league.time_zone = "Pacific/Auckland"
    league.save()

    assert told == [
        LeagueChange(
            league.pk,
            FIRST_DAY - DAY,  # where the first season's start was
            frozenset(Match.objects.values_list("pk", flat=True)),
            ratings_moved=True,
        )
    ]


def test_a_write_that_meets_no_match_is_not_told(league: League, told: list[LeagueChange]) -> None:
    Match.objects.filter(season=1900).update(home_goals=1)
    Match.objects.filter(season=1900).delete()
    Match.objects.bulk_create([])
    Match.objects.bulk_update([], ["home_goals"])
    league.save()

    assert told == []


def test_a_batch_is_told_once_at_its_end_after_the_ratings(league: League, told: list[LeagueChange]) -> None:
    one = _last_played()
    snapshots = TeamSnapshot.objects.filter(season=2011, day=one.day).order_by("team")
    before = list(snapshots.values_list("elo"))
    with services.batched():
        for goals in (7, 8, 9):
            one.home_goals = goals
            one.save()
        with services.batched():
            Match.objects.filter(season=2010).latest("day").save()
        assert told == []
        assert list(snapshots.values_list("elo")) == before

    assert len(told) == 1
    assert len(told[0].match_ids) == 2
    assert list(snapshots.values_list("elo")) != before
    assert_in_line(league)


def _write_and_fail(one: Match) -> None:
    """A write that goes well, and one that the database refuses."""
    Match.objects.filter(pk=one.pk).update(home_goals=9)
    Match.objects.filter(pk=one.pk).update(home_team=one.away_team_id)


def test_a_batch_that_fails_leaves_nothing_behind(league: League, told: list[LeagueChange]) -> None:
    one = _last_played()
    with pytest.raises(IntegrityError), services.batched():
        _write_and_fail(one)

    assert told == []
    assert Match.objects.get(pk=one.pk).home_goals != 9
    one.save()
    assert len(told) == 1
    assert_in_line(league)


def test_a_part_of_a_batch_that_was_rolled_back_does_no_harm(league: League, told: list[LeagueChange]) -> None:
    one = _last_played()
    with services.batched():
        with pytest.raises(IntegrityError), transaction.atomic():
            _write_and_fail(Match.objects.earliest("day"))
        one.home_goals = 9
        one.save()

    assert_in_line(league)


def test_who_is_told_may_write_in_turn(league: League) -> None:
    """Such a write, too, is followed by the ratings and told."""
    heard: list[frozenset[int]] = []
    first = Match.objects.earliest("day")

    def answer(*, changes: Sequence[LeagueChange], **kwargs: Any) -> None:
        heard.extend(change.match_ids for change in changes)
        if len(heard) == 1:
            Match.objects.filter(pk=first.pk).update(home_goals=9)

    matches_changed.connect(answer)
    try:
        one = _last_played()
        one.home_goals = 9
        one.save()
    finally:
        matches_changed.disconnect(answer)

    assert heard == [frozenset([one.pk]), frozenset([first.pk])]
    assert_in_line(league)


def test_a_result_costs_the_same_queries_however_many_seasons_there_are(
    league: League, django_assert_num_queries: Any
) -> None:
    one = _last_played()
    Match.objects.filter(season=2012).delete()
    one.home_goals = 9
    with django_assert_num_queries(17):
        one.save()
    Match.objects.filter(season=2010).delete()
    one.home_goals = 8
    with django_assert_num_queries(17):
        one.save()
