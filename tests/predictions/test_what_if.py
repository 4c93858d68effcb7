"""What if two teams met: exactly what would be said of such a match, and refusals in words."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from matches.models import League, Match, Team
from predictions import services
from predictions.ml.active import ActiveModel
from predictions.what_if import NoCommonLeague, what_if

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]


def say(match: Match, league: str | None = None) -> dict[str, Any]:
    return what_if(match.home_team, match.away_team, day=match.day, today=timezone.now().date(), league=league)


@pytest.mark.usefixtures("model")
@pytest.mark.parametrize("season", [2021, 2022, 2023])
def test_it_is_bit_for_bit_what_is_said_of_a_match(season: int) -> None:
    matches = Match.objects.filter(season=season).with_names().order_by("kickoff")
    for match in (matches[0], matches[1], matches[20], matches[29]):
        document = json.loads(services.compute([match.pk], now=timezone.now())[match.pk].body)
        told = json.loads(json.dumps(say(match)))
        assert told["what_if"]["season"] == season
        same = told.keys() & document.keys() - {"retrospective"}
        assert {"probabilities", "markets", "why", "form", "last_meetings", "model"} <= same
        assert {name: told[name] for name in same} == {name: document[name] for name in same}


@pytest.mark.usefixtures("model")
def test_it_takes_two_queries_beside_the_models(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    match = Match.objects.scheduled().with_names()[0]
    with django_assert_num_queries(3):
        say(match)


def test_what_happens_on_the_day_or_later_does_not_show(model: ActiveModel) -> None:
    match = Match.objects.filter(season=2022).with_names().order_by("kickoff")[10]
    before = say(match)
    later = Match.objects.filter(season=2022, day__gte=match.day)
    assert later.update(home_goals=9, away_goals=0) > 10
    assert say(match) == before


@pytest.fixture
def cup(league: League) -> League:
    """Another competition of the same teams, in which two of them have met."""
    cup = League.objects.create(code="en.cup", name="Cup", country="en")
    home, away = Team.objects.order_by("name")[:2]
    kickoff = timezone.now() - timedelta(days=3)
    Match.objects.create(
        league=cup, season=2023, kickoff=kickoff, home_team=home, away_team=away,
        status="finished", home_goals=5, away_goals=0,
    )  # fmt: skip
    return cup


def test_where_both_play_in_several_leagues_one_has_to_be_named(cup: League, model: ActiveModel) -> None:
    match = Match.objects.scheduled().with_names().get(home_team__name="Albion", away_team__name="Borough")
    with pytest.raises(NoCommonLeague, match="several leagues") as raised:
        say(match)
    assert raised.value.leagues == ["en.1", "en.cup"]
    assert say(match, "en.1")["probabilities"] != say(match, "en.cup")["probabilities"]


def test_a_league_that_only_one_of_them_plays_in_is_no_common_one(cup: League, model: ActiveModel) -> None:
    match = Match.objects.scheduled().with_names().get(home_team__name="Albion", away_team__name="Fortuna")
    with pytest.raises(NoCommonLeague, match=r"in en\.cup before .* They have in: en\.1\."):
        say(match, "en.cup")


def test_who_left_a_league_has_no_ratings_there_any_more(league: League, model: ActiveModel) -> None:
    left, stayed = Team.objects.order_by("name")[:2]
    Match.objects.filter(season=2023, home_team=left).delete()
    Match.objects.filter(season=2023, away_team=left).delete()
    day = Match.objects.order_by("-day")[0].day
    with pytest.raises(NoCommonLeague, match="Albion and Borough have no ratings in the same league"):
        what_if(left, stayed, day=day, today=day)


def test_before_the_first_match_nobody_has_ratings(league: League, model: ActiveModel) -> None:
    home, away = Team.objects.order_by("name")[:2]
    with pytest.raises(NoCommonLeague):
        what_if(home, away, day=date(1900, 1, 1), today=timezone.now().date())
