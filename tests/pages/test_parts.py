"""The small parts of a match's page."""

from __future__ import annotations

from typing import Any

import pytest

from pages.calibration import calibration
from pages.form import form, meetings
from pages.markets import markets
from pages.reasons import reasons
from predictions.ml.evaluation import TOP

PLAYED = [
    {"day": "2026-11-14", "home_team": "Albion", "away_team": "County", "home_goals": 2, "away_goals": 1},
    {"day": "2026-11-07", "home_team": "Dynamo", "away_team": "Albion", "home_goals": 3, "away_goals": 0},
    {"day": "2026-11-01", "home_team": "Albion", "away_team": "Borough", "home_goals": 1, "away_goals": 1},
]


def test_form_is_told_from_the_teams_side() -> None:
    told = form(PLAYED, "Albion")

    assert [(one.letter, one.opponent, one.at_home, one.score) for one in told] == [
        ("W", "County", True, "2–1"),
        ("L", "Dynamo", False, "0–3"),
        ("D", "Borough", True, "1–1"),
    ]
    assert told[0].day == "Sat 14 November 2026"


def test_meetings_are_told_as_they_were_played() -> None:
    assert meetings(PLAYED[1:2])[0][1:] == ("Dynamo", "Albion", "3–0")


def test_reasons_point_to_whom_they_speak_for_and_the_loudest_reaches_the_end() -> None:
    home, away = reasons([{"text": "a", "contribution": 0.8}, {"text": "b", "contribution": -0.2}])

    assert (home.side, home.start, home.width) == ("home", "0.00", "50.00")
    assert (away.side, away.start, away.width) == ("away", "50.00", "12.50")


def test_a_market_that_a_former_model_did_not_know_is_left_out() -> None:
    told = markets({"both_to_score": {"probabilities": {"yes": 0.6, "no": 0.4}, "fair_odds": {"yes": 1.67, "no": 2.5}}})

    assert [market.name for market in told.two_way] == ["Both teams score"]
    assert told.double_chance == []


def _bin(of: str, predicted: float, observed: float) -> dict[str, Any]:
    return {"of": of, "matches": 600, "predicted": predicted, "observed": observed, "low": 0.4, "high": 0.6}


def test_calibration_is_of_the_favourites_with_this_match_marked() -> None:
    stored = [_bin("most_probable", 0.45, 0.45), _bin("most_probable", 0.55, 0.5), _bin("home", 0.5, 0.5)]

    told = calibration({"calibration": stored}, version="m", top_probability=0.5)

    assert told is not None
    assert told.matches == "1,200"
    first, second = told.favourite.points
    assert first.x < told.here < second.x
    assert [chart.name for chart in told.outcomes] == ["Home win"]


@pytest.mark.parametrize(
    "scores", [None, {"matches": 10}, {"calibration": 3}, {"calibration": [3]}, {"calibration": [{"of": TOP}]}]
)
def test_a_model_of_which_nothing_can_be_told_has_no_calibration(scores: Any) -> None:
    assert calibration(scores, version="m", top_probability=0.5) is None
