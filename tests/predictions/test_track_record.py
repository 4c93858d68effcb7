"""What was published is scored by the results as they are, league by league, beside the bookmakers."""

from __future__ import annotations

import math
from datetime import timedelta
from random import Random

import numpy as np
import pytest
from django.db import connection
from pytest_django import DjangoAssertNumQueries

from matches.models import League, Match
from predictions.ml.evaluation.metrics import score
from predictions.models import PublishedPrediction
from predictions.track_record import Figures, Record, by_league, by_model, together
from tests.predictions.publishing import BEFORE, make_match, say

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]

SCORES = ("rps", "log_loss", "correct")


def scores_of(match: Match, prefix: str = "") -> list[float | None]:
    [row] = PublishedPrediction.objects.filter(match=match).scored().values_list(*(prefix + name for name in SCORES))
    return list(row)


def test_the_ranked_probability_score_is_epsteins() -> None:
    """By hand: probabilities of .5, .3 and .2 are .5 and .8 when added up."""
    found = []
    for goals in ((1, 0), (1, 1), (0, 1)):
        say(match := make_match(*goals))
        found.append(scores_of(match)[0])
    assert found == pytest.approx([(0.5**2 + 0.2**2) / 2, (0.5**2 + 0.2**2) / 2, (0.5**2 + 0.8**2) / 2], abs=1e-12)


@pytest.mark.parametrize(
    "said", [(0.5, 0.3, 0.2), (0.2, 0.3, 0.5), (0.3, 0.4, 0.3), (0.4, 0.4, 0.2), (0.2, 0.4, 0.4), (0.0, 0.0, 1.0)]
)
@pytest.mark.parametrize(("goals", "outcome"), [((3, 1), "home"), ((2, 2), "draw"), ((0, 4), "away")])
def test_all_scores_are_those_of_the_evaluation(said: tuple[float, ...], goals: tuple[int, int], outcome: str) -> None:
    say(match := make_match(*goals), *said)
    expected = score(np.array([said]), np.array([outcome]))
    assert scores_of(match) == pytest.approx([expected.rps, expected.log_loss, expected.accuracy], abs=1e-12)


def test_bookmakers_are_scored_by_their_odds_without_the_margin() -> None:
    odds = (1.8, 3.6, 4.5)
    say(match := make_match(0, 2, odds=odds))
    meant = np.array([[1 / of_it for of_it in odds]])
    expected = score(meant / meant.sum(), np.array(["away"]))
    assert scores_of(match, "bookmakers_") == pytest.approx(
        [expected.rps, expected.log_loss, expected.accuracy], abs=1e-12
    )


def test_what_was_said_with_the_market_is_scored_apart() -> None:
    say(match := make_match(0, 2), 0.5, 0.3, 0.2, with_market=(0.1, 0.2, 0.7))
    assert scores_of(match, "with_market_") == pytest.approx([(0.1**2 + 0.3**2) / 2, -math.log(0.7), 1], abs=1e-12)
    assert scores_of(match)[2] == 0


@pytest.mark.parametrize("whose", ["bookmakers_", "with_market_"])
@pytest.mark.parametrize("goals", [(2, 0), (1, 1), (0, 2)])
def test_a_forecast_that_is_not_there_has_no_score(whose: str, goals: tuple[int, int]) -> None:
    say(match := make_match(*goals))
    assert scores_of(match, whose) == [None, None, None]


def test_a_corrected_result_corrects_the_record() -> None:
    say(match := make_match(1, 0), 0.5, 0.3, 0.2)
    [before] = by_league()
    Match.objects.filter(pk=match.pk).update(home_goals=0, away_goals=1)
    [after] = by_league()
    assert (before.published.accuracy, after.published.accuracy) == (1, 0)
    assert after.published.rps == pytest.approx((0.5**2 + 0.8**2) / 2)


def test_matches_that_were_not_played_count_for_nothing() -> None:
    say(make_match())
    say(make_match(status="postponed"))
    say(make_match(status="cancelled"))
    say(make_match(3, 0, status="awarded"))
    assert by_league() == []
    assert by_model(["model-1"]) == {}
    assert together([]) is None


def test_a_result_that_comes_late_is_counted_when_it_comes() -> None:
    say(match := make_match())
    assert by_league() == []
    Match.objects.filter(pk=match.pk).update(status="finished", home_goals=2, away_goals=2)
    assert [record.matches for record in by_league()] == [1]


def test_what_was_said_after_a_kickoff_that_was_brought_forward_counts_for_nothing() -> None:
    say(match := make_match(1, 0))
    Match.objects.filter(pk=match.pk).update(kickoff=BEFORE)
    assert by_league() == by_league("model-1") == []


def test_what_was_said_of_other_teams_counts_for_nothing() -> None:
    say(match := make_match(1, 0))
    home, away = match.home_team, match.away_team
    Match.objects.filter(pk=match.pk).update(home_team=away, away_team=home)
    assert by_league() == by_league("model-1") == []
    assert by_model(["model-1"]) == {}


def test_of_each_match_what_was_said_last_counts_and_by_model_what_each_said() -> None:
    match = make_match(1, 0)
    say(match, 0.2, 0.3, 0.5, by="model-1", made_at=BEFORE - timedelta(days=1))
    say(match, 0.7, 0.2, 0.1, by="model-2", made_at=BEFORE)
    say(match, 0.4, 0.3, 0.3, by="model-3", made_at=BEFORE - timedelta(minutes=1))
    assert [record.published.rps for record in by_league()] == pytest.approx([(0.3**2 + 0.1**2) / 2])
    assert [record.published.rps for record in by_league("model-1")] == pytest.approx([(0.8**2 + 0.5**2) / 2])
    assert {
        version: records[0].published.accuracy for version, records in by_model(["model-1", "model-2"]).items()
    } == {
        "model-1": 0,
        "model-2": 1,
    }


def test_leagues_come_in_the_order_of_their_codes() -> None:
    codes = [f"{letter}x.{tier}" for letter in "qwertyuiop" for tier in (2, 1)]
    for code in codes:
        say(make_match(1, 0, league=code))
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            # Else it groups by sorting, so that the order would be right by chance.
            cursor.execute("SET LOCAL enable_sort = off")
    assert [record.league for record in by_league()] == sorted(codes)
    assert [record.league for record in by_model(["model-1"])["model-1"]] == sorted(codes)


def test_a_league_has_the_means_of_its_matches() -> None:
    say(make_match(1, 0, league="es.1"), 0.5, 0.3, 0.2)
    say(make_match(1, 0, league="de.1"), 0.5, 0.3, 0.2)
    say(make_match(0, 1, league="de.1"), 0.5, 0.3, 0.2)
    german, spanish = by_league()
    assert (german.league, german.name, german.matches) == ("de.1", "League de.1", 2)
    assert (spanish.league, spanish.matches, spanish.published.accuracy) == ("es.1", 1, 1)
    assert german.published == pytest.approx(
        Figures((0.145 + 0.445) / 2, -(math.log(0.5) + math.log(0.2)) / 2, 0.5), abs=1e-12
    )


def test_it_stands_beside_the_bookmakers_on_the_same_matches_only() -> None:
    say(make_match(1, 0, odds=(2.0, 4.0, 4.0)), 0.7, 0.2, 0.1)
    say(make_match(0, 1), 0.9, 0.1, 0.0)
    [record] = by_league()
    beside = record.beside["bookmakers"]
    assert beside is not None
    assert (record.matches, beside.matches) == (2, 1)
    assert beside.published.rps == pytest.approx((0.3**2 + 0.1**2) / 2)
    assert beside.other.rps == pytest.approx((0.5**2 + 0.25**2) / 2)
    assert record.published.rps > beside.published.rps
    assert record.beside["with_market"] is None


def test_a_league_without_odds_has_nobody_beside_it() -> None:
    say(make_match(1, 0))
    [record] = by_league()
    assert record.beside == {"bookmakers": None, "with_market": None}
    assert record.as_dict()["bookmakers"] is None


def test_all_leagues_together_are_as_if_they_were_one() -> None:
    random = Random(3)
    for number in range(30):
        home, draw = 0.5 * random.random(), 0.5 * random.random()
        odds = (2.2, 3.4, 3.4) if number % 3 == 0 else None
        match = make_match(random.randrange(3), random.randrange(3), league=f"xx.{number % 7 % 3}", odds=odds)
        say(match, home, draw, 1 - home - draw, with_market=(0.4, 0.3, 0.3) if number % 4 == 0 else None)
    found = together(by_league())
    Match.objects.update(league=League.objects.all()[0])
    [expected] = by_league()
    assert found is not None
    assert _figures(found) == pytest.approx(_figures(expected), abs=1e-12)


def _figures(record: Record) -> list[float]:
    beside = [each for each in record.beside.values() if each]
    assert len(beside) == 2
    return [
        record.matches,
        *record.published,
        *(figure for each in beside for figure in (each.matches, *each.published, *each.other)),
    ]


def test_it_can_be_asked_of_one_league_and_some_seasons() -> None:
    for league, season in (("de.1", 2022), ("de.1", 2023), ("de.1", 2024), ("es.1", 2023)):
        say(make_match(1, 0, league=league, season=season))
    assert [(each.league, each.matches) for each in by_league(leagues=["de.1"])] == [("de.1", 3)]
    assert len(by_league(leagues=["es.1", "de.1", "xx.1"])) == 2
    assert by_league(leagues=["xx.1"]) == []
    assert [each.matches for each in by_league(from_season=2023, to_season=2023)] == [1, 1]
    assert [each.matches for each in by_league(from_season=2024)] == [1]
    assert [each.matches for each in by_league(to_season=2023)] == [2, 1]


def test_any_number_of_leagues_and_models_is_one_query(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    for number in range(6):
        say(make_match(1, 0, league=f"xx.{number}"), by=f"model-{number % 2}")
    with django_assert_num_queries(1):
        assert len(by_league()) == 6
    with django_assert_num_queries(1):
        assert {version: len(records) for version, records in by_model(["model-0", "model-1", "model-2"]).items()} == {
            "model-0": 3,
            "model-1": 3,
        }
