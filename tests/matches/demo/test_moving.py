"""Loading the demo again after some weeks."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from matches.demo import data, loader
from matches.demo.dates import WEEK
from matches.models import League, LeagueSnapshot, Match, Team, TeamSnapshot

pytestmark = [pytest.mark.sqlite, pytest.mark.django_db]

VIENNA = ZoneInfo("Europe/Vienna")
LEAGUES = [league for league in data.LEAGUES if league.code == "at.2"]
WEDNESDAY = datetime(2026, 11, 25, 9, tzinfo=UTC)


def _load(now: datetime) -> loader.DemoReport:
    return loader.load(now=now, leagues=LEAGUES)


def _next_round() -> list[Match]:
    first = Match.objects.scheduled().order_by("kickoff").values("day")[:1]
    return list(Match.objects.scheduled().filter(day=first).order_by("pk"))


def _enter(match: Match, home_goals: int, away_goals: int) -> None:
    match.status, match.home_goals, match.away_goals = "finished", home_goals, away_goals
    match.provenance |= {"status": "admin", "result": "admin"}
    match.save()


def _all_but_ids(model: Any) -> list[dict[str, Any]]:
    names = [field.attname for field in model._meta.concrete_fields if field.attname not in ("id", "shifted_weeks")]
    return sorted(model.objects.values(*names), key=str)


def test_after_some_weeks_everything_moves_on_with_ids_and_results() -> None:
    _load(WEDNESDAY)
    columns = ("pk", "season", "home_team", "away_team", "status", "home_goals", "away_goals", "provenance")
    before = list(Match.objects.order_by("pk").values(*columns))
    days = dict(Match.objects.values_list("pk", "day"))
    report = _load(WEDNESDAY + 5 * WEEK)
    assert (report.created, report.moved, report.shifted_weeks) == (0, 1, {"demo.at.2": 580})
    assert list(Match.objects.order_by("pk").values(*columns)) == before
    assert dict(Match.objects.values_list("pk", "day")) == {pk: day + 5 * WEEK for pk, day in days.items()}
    assert not Match.objects.scheduled().filter(kickoff__lte=WEDNESDAY + 5 * WEEK).exists()


def test_moving_on_comes_to_the_same_as_loading_afresh() -> None:
    later = WEDNESDAY + 21 * WEEK
    _load(WEDNESDAY)
    _load(later)
    teams = list(Team.objects.all())
    moved = [_all_but_ids(model) for model in (Match, TeamSnapshot, LeagueSnapshot)]
    Match.objects.all().delete()
    assert not TeamSnapshot.objects.exists()
    _load(later)
    assert list(Team.objects.all()) == teams
    assert [_all_but_ids(model) for model in (Match, TeamSnapshot, LeagueSnapshot)] == moved


def test_two_meetings_at_the_same_home_never_collide() -> None:
    meetings: dict[tuple[int, str, str], list[Any]] = {}
    for match in data.matches():
        if match.league == "at.2":
            meetings.setdefault((match.season, match.home, match.away), []).append(match.day)
    gaps = Counter((abs((first - second).days)) for first, second in meetings.values())
    weeks = next(days // 7 for days, _ in gaps.most_common() if days % 7 == 0)
    _load(WEDNESDAY)
    report = _load(WEDNESDAY + weeks * WEEK)
    assert report.shifted_weeks == {"demo.at.2": 575 + weeks}


def test_a_result_entered_by_hand_stays_and_stays_in_the_past() -> None:
    _load(WEDNESDAY)
    first, *others = _next_round()
    _enter(first, 3, 2)
    now = first.kickoff + 3 * WEEK - timedelta(days=2)
    _load(now)
    first.refresh_from_db()
    assert (first.status, first.home_goals, first.away_goals) == ("finished", 3, 2)
    assert now - WEEK < first.kickoff <= now
    assert TeamSnapshot.objects.filter(team=first.home_team, day=first.day).exists()
    for other in others:
        other.refresh_from_db()
        assert now < other.kickoff <= now + WEEK


def test_whoever_enters_all_results_never_sees_the_league_move() -> None:
    _load(WEDNESDAY)
    for match in _next_round():
        _enter(match, 1, 1)
    kickoffs = dict(Match.objects.values_list("pk", "kickoff"))
    last = Match.objects.filter(status="finished").latest("kickoff")
    # One fixture of a postponed match lies between this round and the next.
    Match.objects.scheduled().filter(kickoff__lt=last.kickoff + 6 * timedelta(days=1)).update(status="postponed")
    assert _load(last.kickoff + timedelta(days=5)).moved == 0
    assert dict(Match.objects.values_list("pk", "kickoff")) == kickoffs


def test_a_result_entered_before_its_time_moves_nothing_back() -> None:
    _load(WEDNESDAY)
    match = Match.objects.scheduled().latest("kickoff")
    _enter(match, 0, 0)
    _load(WEDNESDAY + 2 * WEEK)
    assert Match.objects.get(pk=match.pk).kickoff == match.kickoff


def test_a_kickoff_set_by_hand_moves_with_its_league_at_its_own_hour() -> None:
    _load(WEDNESDAY)
    match = _next_round()[0]
    match.kickoff = datetime(2026, 11, 28, 20, 30, tzinfo=VIENNA)
    match.kickoff_time_known = True
    match.provenance |= {"kickoff": "admin", "time": "admin"}
    match.save()
    _load(WEDNESDAY + 20 * WEEK)
    match.refresh_from_db()
    assert match.kickoff == datetime(2027, 4, 17, 20, 30, tzinfo=VIENNA)
    assert match.kickoff_time_known


@pytest.mark.parametrize("provenance", [{"kickoff": "admin"}, {"status": "admin"}])
def test_a_match_that_a_person_left_in_the_past_moves_nobody(provenance: dict[str, str]) -> None:
    _load(WEDNESDAY)
    match = Match.objects.earliest("kickoff")
    match.status, match.home_goals, match.away_goals = "scheduled", None, None
    match.provenance |= provenance
    match.save()
    assert _load(WEDNESDAY).moved == 0


def test_names_and_times_to_live_changed_by_hand_stay_and_deleted_matches_stay_away() -> None:
    _load(WEDNESDAY)
    League.objects.update(name="Zweite Liga", cache_ttl=60)
    Team.objects.filter(name="LASK").update(name="Linzer ASK")
    Match.objects.filter(season=2014).delete()
    report = _load(WEDNESDAY + 2 * WEEK)
    assert (report.created, report.moved) == (0, 1)
    assert League.objects.filter(name="Zweite Liga", cache_ttl=60).exists()
    assert not Team.objects.filter(name="LASK").exists()
    assert not Match.objects.filter(season=2014).exists()


def test_a_league_in_which_nothing_is_left_to_play_stays_where_it_is() -> None:
    _load(WEDNESDAY)
    Match.objects.scheduled().delete()
    report = _load(WEDNESDAY + 100 * WEEK)
    assert (report.moved, report.next_round) == (0, None)


def test_a_clock_set_back_moves_nothing() -> None:
    _load(WEDNESDAY)
    assert _load(WEDNESDAY - 10 * WEEK).moved == 0
