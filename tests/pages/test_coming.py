from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from matches.models import League, Match
from pages import coming as module
from pages.coming import coming, coming_of, played_of
from tests.predictions.asking import finish, upcoming

pytestmark = pytest.mark.django_db


def _plays(match: Match, kickoff: datetime, league: League | None = None) -> Match:
    Match.objects.filter(pk=match.pk).update(kickoff=kickoff, **({"league": league} if league else {}))
    return match


def test_the_coming_week_is_shown_in_the_order_of_kickoff(league: League, now: datetime) -> None:
    late, early, past, far = upcoming(4)
    _plays(late, now + timedelta(days=6))
    _plays(early, now + timedelta(hours=1))
    _plays(past, now - timedelta(hours=1))
    _plays(far, now + timedelta(days=7, minutes=1))

    told = coming(now=now)

    assert told.matches == [early, late]
    assert told.leagues == [("en.1", "Premier League", 2)]


def test_top_leagues_come_first_and_each_stays_together(league: League, now: datetime) -> None:
    other = League.objects.create(code="aa.1", name="Other League", country="aa", cache_ttl=3600)
    first, second, third = upcoming(3)
    _plays(first, now + timedelta(hours=1), other)
    _plays(second, now + timedelta(hours=2))
    _plays(third, now + timedelta(hours=3), other)

    told = coming(now=now)

    assert told.matches == [second, first, third]
    assert [one.code for one in told.leagues] == ["en.1", "aa.1"]


def test_no_league_takes_more_than_its_share(league: League, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "OF_EACH_LEAGUE", 2)
    matches = upcoming(4)
    for number, match in enumerate(matches):
        _plays(match, now + timedelta(hours=number + 1))

    told = coming(now=now)

    assert told.matches == matches[:2]
    assert told.leagues[0].matches == 4


def test_a_page_is_bounded_however_many_leagues_play(
    league: League, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "OF_ALL", 3)
    for number, match in enumerate(upcoming(5)):
        _plays(match, now + timedelta(hours=number + 1))

    assert len(coming(now=now).matches) == 3


def test_where_nothing_is_played_this_week_the_next_round_is_shown(
    league: League, now: datetime, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(4):
        told = coming(now=now)

    # From ten days from now on, every third day.
    assert told.matches == upcoming(2)


def test_where_nothing_is_to_be_played_at_all_nothing_is_shown(league: League, now: datetime) -> None:
    assert coming(now=now + timedelta(days=3650)) == ([], [])


def test_two_queries_however_many_matches(
    league: League, now: datetime, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number, match in enumerate(upcoming(12)):
        _plays(match, now + timedelta(hours=number + 1))

    queries: CaptureQueriesContext
    with django_assert_num_queries(2) as queries:
        told = coming(now=now)
        assert {match.home_team.name and match.league.name for match in told.matches} == {"Premier League"}

    assert len(told.matches) == 12, queries


def test_a_leagues_own_page_looks_further_ahead(league: League, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "OF_ONE_LEAGUE", 5)

    assert coming_of(league, now=now) == upcoming(5)


def test_a_leagues_last_results_are_told_the_latest_first(league: League) -> None:
    one, other = upcoming(2)
    finish(one, 1, 0)
    finish(other, 0, 0)

    assert played_of(league, now=other.kickoff)[:2] == [other, one]
    assert len(played_of(league, now=other.kickoff)) == module.PLAYED_OF_ONE_LEAGUE
