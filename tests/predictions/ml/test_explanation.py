from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from predictions.ml.explanation import REASONS, explanations, in_words
from predictions.ml.features import FEATURE_GROUPS, FEATURE_NAMES, FEATURE_SETS
from predictions.ml.fitting import fit_model
from predictions.ml.outcomes import probabilities
from tests.predictions.ml.conftest import training_set

DATA = training_set(2)
SHOTS, MARKET = FEATURE_GROUPS["shots"], FEATURE_GROUPS["market"]


def _rows(*unknown: str) -> Any:
    """Some matches, of which these features are not known."""
    rows = DATA.features[:40].copy()
    rows[:, [FEATURE_NAMES.index(name) for name in unknown]] = np.nan
    return rows


@pytest.mark.parametrize("unknown", [(), SHOTS, MARKET, (*SHOTS, *MARKET)])
def test_the_parts_make_up_the_log_odds_exactly(unknown: tuple[str, ...]) -> None:
    model, rows = fit_model(DATA), _rows(*unknown)
    said = probabilities(model.pure, rows)

    for (home, _, away), why in zip(said, explanations(model.pure, rows), strict=True):
        assert why["log_odds"] == pytest.approx(np.log(home / away), abs=1e-9)
        assert why["average_match"] + sum(why["contributions"].values()) == pytest.approx(why["log_odds"], abs=1e-9)


@pytest.mark.parametrize(
    ("unknown", "judged_by"), [((), "market"), (SHOTS, "market"), (MARKET, "shots"), ((*SHOTS, *MARKET), "goals")]
)
def test_only_by_what_a_match_is_judged_has_a_part(unknown: tuple[str, ...], judged_by: str) -> None:
    [why, *_] = explanations(fit_model(DATA).pure, _rows(*unknown))

    assert tuple(why["contributions"]) == tuple(name for name in FEATURE_NAMES if name in FEATURE_SETS[judged_by])


def test_an_average_match_has_nothing_but_the_advantage_of_playing_at_home() -> None:
    model = fit_model(DATA)
    [why] = explanations(model.pure, DATA.features.mean(axis=0)[None])

    assert why["contributions"] == pytest.approx(dict.fromkeys(FEATURE_SETS["market"], 0.0), abs=1e-12)
    assert why["log_odds"] == pytest.approx(why["average_match"])


def test_what_tells_who_wins_counts_most_and_for_the_side_it_speaks_for() -> None:
    """Made up so that the first feature does."""
    model, rows = fit_model(DATA), np.zeros((2, len(FEATURE_NAMES)))
    rows[:, 0] = 2.0, -2.0
    strong, weak = (why["contributions"] for why in explanations(model.pure, rows))

    assert strong["elo_difference"] > 1 > -1 > weak["elo_difference"]
    assert max(strong, key=lambda name: abs(strong[name])) == "elo_difference"


def _why(average: float = 0.5, **contributions: float) -> dict[str, Any]:
    return {
        "log_odds": average + sum(contributions.values()),
        "average_match": average,
        "contributions": contributions,
    }


def _told(why: dict[str, Any]) -> list[str]:
    return [reason["text"] for reason in in_words(why, home="Albion", away="Borough")]


def test_reasons_are_told_with_the_teams_names_what_matters_most_first() -> None:
    why = _why(elo_difference=0.2, log_goals_home=0.25, log_shots_home=-1.2, market_log_odds=-0.15)

    assert _told(why) == [
        "The chances they create and allow speak strongly for Borough.",
        "In an average match the home team wins 1.6 times as often as the away team.",
        "Results and goals so far speak clearly for Albion.",
        "What bookmakers thought of both in earlier matches, and how those went, speaks slightly for Borough.",
    ]


def test_features_that_say_one_thing_are_added_up() -> None:
    """Two that nearly agree may well have weights of opposite signs."""
    why = _why(shots_elo_difference=0.9, log_shots_home=-0.1, log_shots_away=-0.3)
    [_, shots] = sorted(in_words(why, home="Albion", away="Borough"), key=lambda reason: reason["reason"])

    assert (shots["reason"], shots["contribution"]) == ("shots", pytest.approx(0.5))
    assert shots["text"] == "The chances they create and allow speak clearly for Albion."


def test_what_hardly_matters_is_left_out() -> None:
    assert _told(_why(elo_difference=0.09, log_shots_home=-0.09)) == [
        "In an average match the home team wins 1.6 times as often as the away team."
    ]


def test_where_away_teams_win_more_it_says_so() -> None:
    assert _told(_why(average=-0.7)) == ["In an average match the away team wins 2.0 times as often as the home team."]


def test_what_only_a_former_model_knew_has_no_words() -> None:
    """What was said before kickoff is kept for good."""
    assert _told(_why(moon_phase=2.0, elo_difference=0.2)) == _told(_why(elo_difference=0.2))


def test_every_feature_has_its_words() -> None:
    assert REASONS.keys() == FEATURE_GROUPS.keys()
    why = _why(**dict.fromkeys(FEATURE_NAMES, 0.5))

    assert {reason["reason"] for reason in in_words(why, home="A", away="B")} == {"home_advantage", *FEATURE_GROUPS}
