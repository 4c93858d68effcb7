from __future__ import annotations

from dataclasses import fields, replace
from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from matches.models import Match
from predictions.ml.features import features_of
from predictions.ml.own_odds import OwnOdds
from predictions.ml.training_set import TooFewMatches, read_training_set
from tests.matches.ratings.football import FIRST_DAY, make_league, make_teams, match, season
from tests.predictions.ml.conftest import training_set

NUMBERS = ("features", "own_odds", "odds")

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]


@pytest.fixture
def football() -> None:
    """Two leagues, two seasons each."""
    for code in ("en.1", "en.2"):
        league, teams = make_league(code, name=f"League {code}"), make_teams(*(f"{code} {name}" for name in "ABCD"))
        for number in (2011, 2010):
            Match.objects.bulk_create(season(league, number, teams))


@pytest.mark.usefixtures("football")
def test_rows_are_all_played_matches_by_season_and_day() -> None:
    data = read_training_set()
    matches = list(Match.objects.order_by("season", "day", "pk"))
    features = features_of([match.pk for match in matches])

    assert len(data) == 48
    assert np.array_equal(data.features, [features[match.pk] for match in matches], equal_nan=True)
    assert data.features.dtype == np.float64
    assert data.seasons.tolist() == [match.season for match in matches]
    assert data.days.tolist() == [match.day.toordinal() for match in matches]
    assert data.leagues.tolist() == [match.league.code for match in matches]
    for one, outcome in zip(matches, data.outcomes.tolist(), strict=True):
        assert one.home_goals is not None
        assert one.away_goals is not None
        difference = one.home_goals - one.away_goals
        assert outcome == ("home" if difference > 0 else "away" if difference < 0 else "draw")


@pytest.mark.usefixtures("football")
def test_awarded_and_unplayed_matches_do_not_count() -> None:
    for status in ("awarded", "scheduled", "postponed", "cancelled"):
        goals = {"home_goals": 3, "away_goals": 0} if status == "awarded" else {"home_goals": None, "away_goals": None}
        first = Match.objects.played()[0]
        Match.objects.filter(pk=first.pk).update(status=status, **goals)

    assert len(read_training_set()) == 44


@pytest.mark.usefixtures("football")
def test_a_match_with_odds_has_what_they_say_and_another_has_nothing() -> None:
    one = Match.objects.order_by("season", "day", "pk")[5]
    Match.objects.filter(pk=one.pk).update(closing_odds_home=2.0, closing_odds_draw=3.5, closing_odds_away=4.0)
    data = read_training_set()
    implied = np.array([1 / 2, 1 / 3.5, 1 / 4])

    assert data.odds[5] == pytest.approx(implied / implied.sum())
    assert data.own_odds[5].tolist() == list(OwnOdds.of(2.0, 3.5, 4.0) or ())
    assert np.flatnonzero(data.has_odds).tolist() == [5]
    for rows in (data.odds, data.own_odds):
        assert np.isnan(np.delete(rows, 5, axis=0)).all()


@pytest.mark.usefixtures("football")
def test_some_rows_are_taken_of_every_column() -> None:
    data = read_training_set()
    mask = data.leagues == "en.2"
    some = data.where(mask)

    assert len(some) == 24
    for field in fields(data):
        assert np.array_equal(
            getattr(some, field.name), getattr(data, field.name)[mask], equal_nan=field.name in NUMBERS
        )


@pytest.mark.usefixtures("football")
def test_reading_takes_two_queries(django_assert_num_queries: Any) -> None:
    # Once in each process Django asks SQLite whether it knows JSON.
    read_training_set()
    with django_assert_num_queries(2):
        read_training_set()


def test_without_results_it_says_where_they_come_from() -> None:
    with pytest.raises(TooFewMatches, match=r"no finished match\. Import results first: manage\.py import_matches"):
        read_training_set()


def test_without_a_single_draw_there_is_nothing_to_learn() -> None:
    league, (home, away) = make_league(), make_teams("A", "B")
    for number, score in enumerate([(1, 0), (0, 1), (2, 0)]):
        match(league, 2010, FIRST_DAY + timedelta(days=number), home, away, score).save()

    with pytest.raises(TooFewMatches, match="3 finished matches do not hold"):
        read_training_set()


def test_each_leagues_first_season_is_not_learnt_from() -> None:
    data = training_set(3)
    late = data.leagues == "xx.1"
    seasons = data.seasons + late * 5

    learnt = replace(data, seasons=seasons).settled
    assert set(zip(learnt.leagues.tolist(), learnt.seasons.tolist(), strict=True)) == {
        *(("xx.0", 2011), ("xx.0", 2012), ("xx.1", 2016), ("xx.1", 2017)),
    }
    assert len(learnt) == len(data) * 2 // 3


def test_where_too_little_would_be_left_all_is_learnt_from() -> None:
    data = training_set(2, per_season=400)
    assert data.settled is data
