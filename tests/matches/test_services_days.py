"""A match's day is the date of its kickoff at the league's place, whatever is changed and in whatever order."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db.models import F

from matches import services
from matches.models import League, Match
from tests.matches.ratings.football import FIRST_DAY, make_league, make_teams, match, season
from tests.matches.ratings.oracle import assert_in_line, stored

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]

AUCKLAND = "Pacific/Auckland"
WEEK = timedelta(weeks=1)


@pytest.fixture
def league() -> League:
    """Two seasons of four teams, at noon in London."""
    league, teams = make_league(time_zone="Europe/London"), make_teams("A", "B", "C", "D")
    for number in (2010, 2011):
        Match.objects.bulk_create(season(league, number, teams))
    return league


def _days() -> list[date]:
    return list(Match.objects.order_by("pk").values_list("day", flat=True))


@pytest.mark.parametrize(
    ("kickoff", "day"),
    [
        (datetime(2010, 8, 14, 22, 59, tzinfo=UTC), date(2010, 8, 14)),
        (datetime(2010, 8, 14, 23, 0, tzinfo=UTC), date(2010, 8, 15)),
        (datetime(2010, 12, 14, 23, 59, tzinfo=UTC), date(2010, 12, 14)),
    ],
)
def test_the_day_is_that_of_the_leagues_place_in_summer_and_winter(kickoff: datetime, day: date) -> None:
    league, (home, away) = make_league(time_zone="Europe/London"), make_teams("A", "B")
    one = Match.objects.create(league=league, season=2010, kickoff=kickoff, home_team=home, away_team=away)

    assert one.day == day
    assert Match.objects.get().day == day


def _save(league: League) -> None:
    league.time_zone = AUCKLAND
    league.save()


def _save_that_field(league: League) -> None:
    league.time_zone = AUCKLAND
    league.save(update_fields=["time_zone"])


def _update(league: League) -> None:
    League.objects.filter(pk=league.pk).update(time_zone=AUCKLAND)


def _bulk_update(league: League) -> None:
    league.time_zone = AUCKLAND
    League.objects.bulk_update([league], ["time_zone"])


def _upsert(league: League) -> None:
    league.time_zone = AUCKLAND
    League.objects.bulk_create([league], update_conflicts=True, unique_fields=["code"], update_fields=["time_zone"])


@pytest.mark.parametrize("write", [_save, _save_that_field, _update, _bulk_update, _upsert])
def test_days_and_ratings_follow_when_a_league_changes_its_time_zone(
    write: Callable[[League], None], league: League
) -> None:
    before = _days()
    write(league)

    assert _days() == [day + timedelta(days=1) for day in before]
    assert_in_line(league)


def test_a_league_saved_with_its_time_zone_unchanged_touches_no_match(
    league: League, django_assert_num_queries: Any
) -> None:
    league.name = "Premier League"
    with django_assert_num_queries(6):  # a savepoint and its release, the lock, the row, the row again, the outbox
        league.save()


def test_an_instance_that_does_not_know_of_the_new_time_zone_is_given_the_right_day(league: League) -> None:
    one = Match.objects.select_related("league").earliest("kickoff")
    _update(league)
    one.save()

    assert Match.objects.get(pk=one.pk).day == FIRST_DAY + timedelta(days=1)
    assert_in_line(league)


def test_an_instance_that_does_not_know_of_the_new_kickoff_leaves_the_day_alone(league: League) -> None:
    one = Match.objects.earliest("kickoff")
    Match.objects.filter(pk=one.pk).update(kickoff=one.kickoff + WEEK)
    one.home_goals = 7
    one.save(update_fields=["home_goals"])

    assert one.day == Match.objects.get(pk=one.pk).day == FIRST_DAY + WEEK
    assert_in_line(league)


def test_instances_that_do_not_know_of_new_kickoffs_leave_the_days_alone(league: League) -> None:
    matches = list(Match.objects.filter(season=2010))
    Match.objects.filter(season=2010).update(kickoff=F("kickoff") + WEEK)
    for one in matches:
        one.home_goals = 7
    Match.objects.bulk_update(matches, ["home_goals"])

    assert Match.objects.earliest("kickoff").day == FIRST_DAY + WEEK
    assert_in_line(league)


def test_an_instance_that_does_not_know_of_its_season_and_day_is_noted_where_it_really_was(league: League) -> None:
    """The stored row was moved behind the instance's back, to where nothing else will ask for a replay."""
    one = Match.objects.filter(season=2011).latest("kickoff")
    Match.objects.filter(pk=one.pk).update(season=2010, kickoff=one.kickoff - 60 * WEEK)
    one.save()

    assert_in_line(league)


@pytest.mark.parametrize("many", [True, False])
def test_a_match_is_deleted_where_it_really_was(many: bool, league: League) -> None:
    one = Match.objects.filter(season=2011).latest("kickoff")
    Match.objects.filter(pk=one.pk).update(season=2010, kickoff=one.kickoff - 60 * WEEK)
    assert (2010, one.day - 60 * WEEK, None) in stored(league)
    if many:
        Match.objects.filter(pk=one.pk).delete()
    else:
        one.delete()

    assert (2010, one.day - 60 * WEEK, None) not in stored(league)
    assert_in_line(league)


@pytest.mark.parametrize("days", [1, -1])
@pytest.mark.parametrize("way", ["update", "bulk_update", "time zone"])
def test_meetings_of_the_same_teams_may_move_onto_each_others_days(way: str, days: int) -> None:
    """Each to the day that the next one is about to leave: the constraint on a match's day allows that only in turn."""
    league, (home, away) = make_league(time_zone="UTC" if days > 0 else AUCKLAND), make_teams("A", "B")
    one_day = timedelta(days=1)
    Match.objects.bulk_create(match(league, 2010, FIRST_DAY + n * one_day, home, away, (n, 1)) for n in (1, 0, 2, 3))
    before = _days()
    if way == "update":
        Match.objects.update(kickoff=F("kickoff") + days * one_day)
    elif way == "bulk_update":
        matches = list(Match.objects.all())
        for one in matches:
            one.kickoff += days * one_day
        Match.objects.bulk_update(matches, ["kickoff"])
    else:
        League.objects.update(time_zone=AUCKLAND if days > 0 else "UTC")

    assert _days() == [day + days * one_day for day in before]
    assert_in_line(league)


def test_a_batch_sees_a_time_zone_that_changed_within_it(league: League) -> None:
    one = Match.objects.earliest("kickoff")
    with services.batched():
        one.save()
        _update(league)
        match(league, 2011, FIRST_DAY + 60 * WEEK, one.home_team, one.away_team).save()

    assert Match.objects.latest("kickoff").day == FIRST_DAY + 60 * WEEK + timedelta(days=1)
    assert_in_line(league)
