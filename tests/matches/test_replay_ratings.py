from __future__ import annotations

import json
from datetime import date
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db.models import F

from matches.models import League, Match, TeamSnapshot
from matches.services import LeagueChange, replay_ratings
from matches.signals import matches_changed
from tests.matches.ratings.football import FIRST_DAY, make_league, make_teams, season
from tests.matches.ratings.oracle import assert_in_line

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]


@pytest.fixture
def leagues() -> list[League]:
    leagues = [make_league("en.1"), make_league("en.2")]
    for league in leagues:
        Match.objects.bulk_create(season(league, 2010, make_teams(*(f"{league.code} {n}" for n in "ABC")), known=True))
    return leagues


def _call(*arguments: str) -> str:
    out = StringIO()
    call_command("replay_ratings", *arguments, stdout=out)
    return out.getvalue()


def test_ratings_that_something_else_has_written_are_put_right(leagues: list[League]) -> None:
    TeamSnapshot.objects.filter(league=leagues[1]).update(elo=F("elo") + 1)

    assert _call().splitlines() == ["en.1: as they were", "en.2: moved since 2010-08-13"]
    assert_in_line()


def test_json_names_the_first_day_that_moved(leagues: list[League]) -> None:
    TeamSnapshot.objects.filter(league=leagues[0], day__gt=FIRST_DAY).update(market=9.0)

    assert json.loads(_call("--json")) == {
        "leagues": [{"league": "en.1", "moved_since": "2010-08-16"}, {"league": "en.2", "moved_since": None}]
    }


def test_only_the_league_named_is_computed(leagues: list[League]) -> None:
    TeamSnapshot.objects.update(elo=F("elo") + 1)

    assert _call("--league", "en.2") == "en.2: moved since 2010-08-13\n"
    assert_in_line(leagues[1])
    assert TeamSnapshot.objects.filter(league=leagues[0], day="2010-08-13").first().elo == 1501  # type: ignore[union-attr]


def test_a_league_that_is_not_there_ends_with_2() -> None:
    with pytest.raises(CommandError, match=r"No league has the code xx\.9") as refused:
        _call("--league", "xx.9")

    assert refused.value.returncode == 2


def test_an_empty_database_has_nothing_to_compute() -> None:
    assert _call() == "There is no league yet.\n"
    assert json.loads(_call("--json")) == {"leagues": []}


def test_who_listens_hears_only_of_ratings_that_moved(leagues: list[League]) -> None:
    heard: list[LeagueChange] = []

    def listen(*, changes: Any, **kwargs: Any) -> None:
        heard.extend(changes)

    matches_changed.connect(listen)
    try:
        assert replay_ratings(leagues[0].pk) is None
        TeamSnapshot.objects.filter(league=leagues[0], day__gt=FIRST_DAY).update(market=9.0)
        assert replay_ratings(leagues[0].pk) == date(2010, 8, 16)
    finally:
        matches_changed.disconnect(listen)

    assert heard == [LeagueChange(leagues[0].pk, date(2010, 8, 16), frozenset(), ratings_moved=True)]


def test_a_league_that_is_gone_is_said_to_be() -> None:
    with pytest.raises(League.DoesNotExist):
        replay_ratings(10**6)
