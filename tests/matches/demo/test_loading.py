"""Loading the demo for the first time, and again."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from threading import Thread
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection

from matches.demo import data, loader
from matches.models import League, LeagueSnapshot, Match, Team, TeamSnapshot
from matches.signals import matches_changed

VIENNA = ZoneInfo("Europe/Vienna")
SECOND_DIVISION = [league for league in data.LEAGUES if league.code == "at.2"]
WEDNESDAY = datetime(2026, 11, 25, 9, tzinfo=UTC)


@pytest.mark.sqlite
@pytest.mark.django_db
def test_the_whole_demo_is_played_up_to_now_and_to_be_played_from_now_on() -> None:
    report = loader.load(now=WEDNESDAY)
    assert report.shifted_weeks == dict.fromkeys(map(data.code, data.LEAGUES), 575)
    assert (report.leagues, report.played, report.to_be_played, report.created) == (7, 6073, 1369, 7442)
    assert report.next_round == date(2026, 11, 27)
    ahead, behind = Match.objects.filter(kickoff__gt=WEDNESDAY), Match.objects.filter(kickoff__lte=WEDNESDAY)
    assert set(ahead.values_list("status", flat=True)) == {"scheduled"}
    assert set(behind.values_list("status", flat=True)) == {"finished", "awarded"}
    assert behind.latest("kickoff").day == date(2026, 11, 15)
    assert Team.objects.count() == len(data.team_names())
    for league in League.objects.all():
        last = LeagueSnapshot.objects.filter(league=league).latest("day")
        assert last.day == Match.objects.filter(league=league).played().latest("day").day


@pytest.mark.sqlite
@pytest.mark.django_db
def test_a_match_keeps_its_weekday_its_season_and_its_result() -> None:
    england = [league for league in data.LEAGUES if league.code == "en.1"]
    loader.load(now=WEDNESDAY, leagues=england)
    match = Match.objects.get(season=2015, home_team__name="Manchester United", away_team__name="Tottenham Hotspur")
    assert match.league.code == "demo.en.1"
    assert match.day == date(2015, 8, 8) + timedelta(weeks=match.league.shifted_weeks)
    assert match.day.strftime("%A") == "Saturday"
    assert (match.status, match.home_goals, match.away_goals) == ("finished", 1, 0)
    assert match.provenance == {"kickoff": "demo", "status": "demo", "result": "demo"}


@pytest.mark.django_db
def test_kickoffs_stand_at_noon_by_the_leagues_clock_in_summer_and_winter() -> None:
    loader.load(now=WEDNESDAY, leagues=SECOND_DIVISION)
    kickoffs = Match.objects.values_list("kickoff", flat=True)
    assert {kickoff.astimezone(VIENNA).hour for kickoff in kickoffs} == {12}
    assert {kickoff.hour for kickoff in kickoffs} == {10, 11}
    assert not Match.objects.filter(kickoff_time_known=True).exists()


@pytest.mark.django_db
@pytest.mark.parametrize(("hour", "minute", "day"), [(11, 59, 27), (12, 0, 4), (13, 0, 4)])
def test_a_round_that_has_kicked_off_today_is_not_the_next_one(hour: int, minute: int, day: int) -> None:
    now = datetime(2026, 11, 27, hour, minute, tzinfo=VIENNA)
    report = loader.load(now=now, leagues=SECOND_DIVISION)
    assert report.next_round is not None
    assert report.next_round.day == day
    assert not Match.objects.scheduled().filter(kickoff__lte=now).exists()


@pytest.mark.django_db
def test_an_awarded_match_does_not_count_for_the_ratings() -> None:
    loader.load(now=WEDNESDAY, leagues=[league for league in data.LEAGUES if league.code == "at.1"])
    awarded = Match.objects.get(status="awarded")
    assert (awarded.home_team.name, awarded.home_goals, awarded.away_goals) == ("FC Wacker Innsbruck", 0, 3)
    snapshots = TeamSnapshot.objects.filter(day=awarded.day)
    assert snapshots.exists()
    assert not snapshots.filter(team=awarded.home_team).exists()


@pytest.mark.sqlite
@pytest.mark.django_db
def test_a_second_load_in_the_same_week_changes_nothing(django_assert_max_num_queries: Any) -> None:
    loader.load(now=WEDNESDAY)
    before = [list(model.objects.order_by("pk").values()) for model in (League, Team, Match, TeamSnapshot)]
    heard: list[Any] = []
    receiver: Callable[..., Any] = lambda **kwargs: heard.append(kwargs)  # noqa: E731
    matches_changed.connect(receiver)
    try:
        with django_assert_max_num_queries(6):
            report = loader.load(now=WEDNESDAY + timedelta(days=1, hours=23))
    finally:
        matches_changed.disconnect(receiver)
    assert (report.created, report.moved, heard) == (0, 0, [])
    assert [list(model.objects.order_by("pk").values()) for model in (League, Team, Match, TeamSnapshot)] == before


@pytest.mark.django_db
def test_only_the_leagues_that_are_missing_are_loaded() -> None:
    loader.load(now=WEDNESDAY, leagues=SECOND_DIVISION)
    known = set(Match.objects.values_list("pk", flat=True))
    report = loader.load(now=WEDNESDAY, leagues=data.LEAGUES[:2])
    assert (report.leagues, report.created) == (2, 760)
    assert set(Match.objects.filter(league__code="demo.at.2").values_list("pk", flat=True)) == known


@pytest.mark.django_db
def test_a_team_that_is_already_known_is_the_same_team() -> None:
    team = Team.objects.create(country="at", name="LASK")
    loader.load(now=WEDNESDAY, leagues=SECOND_DIVISION)
    assert Match.objects.filter(home_team=team).exists()
    assert Team.objects.filter(name="LASK").count() == 1


def _load_twice_at_once(now: datetime) -> list[loader.DemoReport]:
    reports: list[loader.DemoReport] = []

    def load() -> None:
        try:
            reports.append(loader.load(now=now, leagues=SECOND_DIVISION))
        finally:
            connection.close()

    threads = [Thread(target=load) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return reports


@pytest.mark.django_db(transaction=True)
def test_of_two_loads_at_once_only_one_loads() -> None:
    assert sorted(report.created for report in _load_twice_at_once(WEDNESDAY)) == [0, 360]


@pytest.mark.django_db(transaction=True)
def test_of_two_loads_at_once_only_one_moves() -> None:
    loader.load(now=WEDNESDAY, leagues=SECOND_DIVISION)
    reports = _load_twice_at_once(WEDNESDAY + timedelta(weeks=5))
    assert sorted(report.moved for report in reports) == [0, 1]
    assert League.objects.get().shifted_weeks == 580


@pytest.mark.sqlite
@pytest.mark.django_db
def test_removing_leaves_no_trace() -> None:
    loader.load(now=WEDNESDAY, leagues=data.LEAGUES[:2])
    assert loader.remove() == 1120
    for model in (League, Team, Match, TeamSnapshot, LeagueSnapshot):
        assert not model._default_manager.exists(), model


@pytest.mark.django_db
def test_removing_tells_who_listens_which_matches_went() -> None:
    loader.load(now=WEDNESDAY, leagues=SECOND_DIVISION)
    pks = set(Match.objects.values_list("pk", flat=True))
    heard: set[int] = set()

    def receiver(changes: Any, **kwargs: Any) -> None:
        heard.update(*(change.match_ids for change in changes))

    matches_changed.connect(receiver)
    try:
        loader.remove()
    finally:
        matches_changed.disconnect(receiver)
    assert heard == pks


@pytest.mark.sqlite
@pytest.mark.django_db
def test_removing_keeps_real_leagues_and_their_teams() -> None:
    loader.load(now=WEDNESDAY, leagues=SECOND_DIVISION)
    real = League.objects.create(code="at.2", name="2. Liga", country="at", time_zone="Europe/Vienna")
    home, away = Team.objects.get(name="LASK"), Team.objects.get(name="SV Horn")
    match = Match.objects.create(
        league=real, season=2026, kickoff=WEDNESDAY, home_team=home, away_team=away, status="finished",
        home_goals=2, away_goals=1,
    )  # fmt: skip
    loader.remove()
    assert list(League.objects.all()) == [real]
    assert list(Match.objects.all()) == [match]
    assert set(Team.objects.all()) == {home, away}
    assert set(TeamSnapshot.objects.values_list("league", flat=True)) == {real.pk}


@pytest.mark.django_db
def test_removing_what_is_not_there_removes_nothing() -> None:
    assert loader.remove() == 0
