from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db.models import F, Max

from matches.models import League, LeagueSnapshot, Match, Team, TeamSnapshot
from matches.ratings import replay, replay_all
from tests.matches.ratings.football import FIRST_DAY, make_league, make_teams, match, odds, season, shots
from tests.matches.ratings.oracle import assert_as_the_textbook, assert_in_line, stored

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]

DAY = timedelta(days=1)


def _seasons(count: int, code: str = "en.1") -> League:
    """Seasons from 2010 on, four teams each; every year one goes down and a new one comes up."""
    league = make_league(code)
    teams = make_teams(*(f"{code} {number}" for number in range(count + 3)))
    for number in range(count):
        # What all is known of must not be that of every season.
        known = number != 1
        Match.objects.bulk_create(season(league, 2010 + number, teams[number : number + 4], known=known))
    return league


def _last(league: League) -> Match:
    return league.matches.order_by("-season", "-day")[0]


def _ids(**of: object) -> set[tuple[str, int]]:
    """The rows that hold snapshots: one that was written anew has another id."""
    return {
        (model.__name__, pk)
        for model in (TeamSnapshot, LeagueSnapshot)
        for pk in model.objects.filter(**of).values_list("pk", flat=True)
    }


def test_three_seasons_come_out_as_in_the_textbook() -> None:
    assert_as_the_textbook(_seasons(3))


@pytest.mark.parametrize("status", ["scheduled", "postponed", "cancelled", "awarded"])
def test_only_results_made_on_the_pitch_count(status: str) -> None:
    league = _seasons(1)
    home, away = make_teams("Visitors", "Hosts")
    before = LeagueSnapshot.objects.aggregate(Max("day"))
    score = (3, 0) if status == "awarded" else None
    match(league, 2010, FIRST_DAY + 30 * DAY, home, away, score, status=status).save()

    assert LeagueSnapshot.objects.aggregate(Max("day")) == before
    assert not TeamSnapshot.objects.filter(team__in=[home, away], played__gt=0).exists()
    assert_as_the_textbook(league)


def test_fixtures_alone_have_starting_values() -> None:
    league = make_league()
    Match.objects.bulk_create(season(league, 2010, make_teams("A", "B", "C"), played=False))

    assert {key[:2] for key in stored(league)} == {(2010, FIRST_DAY - DAY)}
    assert len(stored(league)) == 4


def test_a_season_that_loses_all_its_matches_loses_its_snapshots() -> None:
    league = _seasons(3)
    league.matches.filter(season=2011).delete()

    assert {season for season, _, _ in stored(league)} == {2010, 2012}
    assert_in_line(league)


def test_a_team_that_joins_late_changes_the_seasons_start() -> None:
    league = _seasons(2)
    newcomer, old = make_teams("Newcomer"), _last(league).home_team
    match(league, 2011, date(2012, 5, 1), newcomer[0], old, (1, 1)).save()

    assert TeamSnapshot.objects.get(team=newcomer[0], day=FIRST_DAY.replace(year=2011) - DAY).promoted
    assert_as_the_textbook(league)


def test_a_match_before_the_first_one_moves_the_seasons_start() -> None:
    league = _seasons(2)
    first = league.matches.filter(season=2011).order_by("day")[0]
    match(league, 2011, first.day - 5 * DAY, first.away_team, first.home_team, (2, 0)).save()

    assert LeagueSnapshot.objects.get(season=2011, season_start=True).day == first.day - 6 * DAY
    assert_as_the_textbook(league)


def test_postponing_the_first_match_moves_the_seasons_start() -> None:
    league = _seasons(2)
    first = league.matches.filter(season=2011).order_by("day")[0]
    first.kickoff += 100 * DAY
    first.save()

    assert LeagueSnapshot.objects.get(season=2011, season_start=True).day == first.day - 99 * DAY
    assert_as_the_textbook(league)


def test_a_season_whose_dates_overlap_the_next_does_not_look_ahead() -> None:
    """What was played on or after the next season's first day is no part of what that season starts from."""
    league = _seasons(2)
    home, away = Team.objects.filter(snapshots__season=2010).filter(snapshots__season=2011).distinct()[:2]
    start = TeamSnapshot.objects.filter(season=2011, played=0).order_by("team")
    before = list(start.values_list("team", "elo"))
    match(league, 2010, FIRST_DAY.replace(year=2011), home, away, (9, 0)).save()

    assert list(start.values_list("team", "elo")) == before
    assert_in_line(league)


def test_a_season_dated_before_the_one_before_it_starts_afresh() -> None:
    league = make_league()
    teams = make_teams("A", "B", "C", "D")
    Match.objects.bulk_create(season(league, 2010, teams))
    for one in season(league, 2011, teams):
        one.kickoff -= timedelta(days=3 * 365)
        one.save()

    start = TeamSnapshot.objects.filter(season=2011, played=0)
    assert list(start.values_list("day", "elo")) == [(date(2008, 8, 13), 1500.0)] * 4
    assert_in_line(league)


def test_a_new_result_leaves_all_rows_before_it_alone() -> None:
    league = _seasons(3)
    last = _last(league)
    before = _ids(day__lt=last.day)
    last.home_goals = 9
    last.save()

    assert _ids(day__lt=last.day) == before


def test_a_corrected_result_rewrites_only_its_own_league() -> None:
    league, other = _seasons(3), _seasons(3, "en.2")
    others = _ids(league=other)
    first = league.matches.order_by("day")[0]
    first.home_goals = 9
    first.save()

    assert _ids(league=other) == others
    assert_as_the_textbook(league)


def test_a_result_that_is_written_again_as_it_was_rewrites_nothing() -> None:
    league = _seasons(3)
    before = _ids()
    Match.objects.update(provenance={"result": "football-data"})
    league.matches.order_by("day")[0].save()

    assert _ids() == before


@pytest.mark.parametrize("fields", [shots(30, 2, 15, 1), shots(None, 2, 15, 1), odds(9.0, 5.0, 1.3), odds(*[None] * 3)])
def test_corrected_shots_or_odds_of_a_match_replay_the_league_from_it(fields: dict[str, Any]) -> None:
    league = _seasons(3)
    one = league.matches.filter(season=2010).order_by("day")[5]
    before, earlier = stored(league), _ids(day__lt=one.day)
    for name, value in fields.items():
        setattr(one, name, value)
    one.save()

    assert min(key[1] for key, row in stored(league).items() if row != before[key]) == one.day
    assert _ids(day__lt=one.day) == earlier
    assert_as_the_textbook(league)


def test_the_odds_of_a_fixture_move_no_rating() -> None:
    league = _seasons(2)
    home, away = _last(league).away_team, _last(league).home_team
    fixture = match(league, 2011, _last(league).day + DAY, home, away)
    fixture.save()
    before = _ids()
    Match.objects.filter(pk=fixture.pk).update(**odds(1.2, 6.0, 12.0))

    assert _ids() == before


def test_a_match_without_any_shot_counts_as_one_whose_shots_nobody_counted() -> None:
    league = _seasons(1)
    one = _last(league)
    Match.objects.filter(pk=one.pk).update(**shots(None, None, None, None))
    unknown = stored(league)
    Match.objects.filter(pk=one.pk).update(**shots(0, 0, 0, 0))

    assert stored(league) == unknown


def test_all_ratings_can_be_computed_anew_whatever_was_stored() -> None:
    league = _seasons(3)
    before = stored(league)
    TeamSnapshot.objects.filter(season=2010).update(elo=F("elo") + 1, attack=0.5)
    LeagueSnapshot.objects.filter(season=2011, season_start=False)[0].delete()
    stray = TeamSnapshot.objects.filter(season=2012).latest("day")
    stray.pk, stray.season = None, 2030
    stray.save()

    assert replay_all(league) == FIRST_DAY - DAY
    assert stored(league) == before
    assert replay_all(league) is None


def test_an_untouched_season_stays_when_the_one_before_it_comes_out_the_same() -> None:
    """The day of a match that is still to be played is in no snapshot."""
    league = _seasons(3)
    first = league.matches.order_by("day")[0]
    extra = match(league, 2010, FIRST_DAY + 50 * DAY, first.home_team, first.away_team)
    extra.save()
    before = _ids()
    extra.kickoff += DAY
    extra.save()

    assert _ids() == before


@pytest.mark.parametrize("seasons", [2, 8])
def test_a_new_result_costs_seven_queries_however_long_the_history(
    seasons: int, django_assert_num_queries: Any
) -> None:
    league = _seasons(seasons)
    last = _last(league)
    later = match(league, last.season, last.day + DAY, last.away_team, last.home_team, (2, 1), pk=10**6)
    later.day = last.day + DAY
    later.save_base(raw=True, force_insert=True)  # past everything that would replay it

    with django_assert_num_queries(7):
        replay(league, {later.season: later.day})
    assert_in_line(league)


@pytest.mark.parametrize("seasons", [2, 8])
def test_a_new_season_reads_only_the_one_before_it(seasons: int, django_assert_num_queries: Any) -> None:
    league = _seasons(seasons)
    teams = [*{match.home_team for match in league.matches.filter(season=2009 + seasons)}]
    matches = season(league, 2010 + seasons, teams)

    with django_assert_num_queries(17):
        Match.objects.bulk_create(matches)
    assert_in_line(league)
