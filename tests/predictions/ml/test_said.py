"""All that a model says, as JSON text: the same as an encoder would write."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from predictions.ml.markets import CORRECT_SCORE, MARKETS, expected_goals, market_probabilities, score_tables
from predictions.ml.said import Said, numbers_said

ONE = [0.5, 0.3, 0.2]
SURE = [1 - 2e-12, 1e-12, 1e-12]
WHY = {"log_odds": 0.25, "average_match": 0.5, "contributions": {"elo_difference": -0.25}}


def texts(*own: list[float], with_market: dict[int, tuple[float, float, float]] | None = None) -> list[str]:
    said = np.array(own)
    tables = score_tables(np.full((len(own), 2), 0.25), said)
    return numbers_said(said, expected_goals(tables), market_probabilities(tables, said), with_market or {})


def parsed(text: str) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(f"{{{text}}}")
    return told


def test_the_numbers_are_those_that_were_reckoned() -> None:
    said, logs = np.array([ONE, SURE]), np.full((2, 2), 0.25)
    tables = score_tables(logs, said)
    reckoned = market_probabilities(tables, said)
    for text, own, goals, row in zip(texts(ONE, SURE), said, expected_goals(tables), reckoned, strict=True):
        told = parsed(text)
        assert list(told["probabilities"].values()) == own.tolist()
        assert list(told["expected_goals"].values()) == goals.tolist()
        markets = {name: one["probabilities"] for name, one in told["markets"].items()}
        markets[CORRECT_SCORE] = told["correct_score"]
        numbers = [number for name, selections in MARKETS.items() for number in map(markets[name].get, selections)]
        assert numbers == row.tolist()


def test_a_probability_that_is_rounded_to_one_is_a_bit_less() -> None:
    said = np.array([ONE])
    markets = market_probabilities(score_tables(np.zeros((1, 2)), said), said)
    markets[0, 0] = 1.0
    [text] = numbers_said(said, np.ones((1, 2)), markets, {})
    assert parsed(text)["markets"]["double_chance"]["probabilities"]["home_or_draw"] == 1 - 1e-14


def test_each_market_has_the_fair_odds_of_its_probabilities() -> None:
    told = parsed(texts(ONE)[0])
    assert told["fair_odds"] == {"home": 2.0, "draw": 3.3333333333, "away": 5.0}
    for market in told["markets"].values():
        for name, probability in market["probabilities"].items():
            assert market["fair_odds"][name] == pytest.approx(1 / probability, abs=1e-9)


def test_odds_that_nobody_offers_are_null() -> None:
    ordinary, sure = (parsed(text) for text in texts(ONE, SURE))
    assert sure["fair_odds"]["away"] is None
    assert sure["markets"]["double_chance"]["fair_odds"]["draw_or_away"] is None
    assert None not in ordinary["fair_odds"].values()


def test_what_the_other_classifier_says_is_a_market_or_null() -> None:
    with_odds, without = (parsed(text) for text in texts(ONE, ONE, with_market={0: (0.25, 0.25, 0.5)}))
    assert with_odds["with_market"] == {
        "probabilities": {"home": 0.25, "draw": 0.25, "away": 0.5},
        "fair_odds": {"home": 4.0, "draw": 4.0, "away": 2.0},
    }
    assert without["with_market"] is None


def test_expected_points_are_three_for_a_win_and_one_for_a_draw() -> None:
    assert parsed(texts([0.5, 0.25, 0.25])[0])["expected_points"] == {"home": 1.75, "away": 1.0}


@pytest.mark.parametrize("nonsense", [float("nan"), float("inf")])
def test_what_is_no_number_is_refused(nonsense: float) -> None:
    one = np.array([ONE])
    tables = score_tables(np.zeros((1, 2)), one)
    with pytest.raises(ValueError, match="numbers that are none"):
        numbers_said(one, np.array([[nonsense, 1.0]]), market_probabilities(tables, one), {})


def test_all_of_it_is_an_object_and_its_text() -> None:
    said = Said('"probabilities":{"home":0.5}', WHY, {"share": 0.5, "matches": 300})
    assert said["why"] == WHY
    assert list(said) == ["probabilities", "why", "confidence"]
    assert len(said) == 3
    assert json.loads(said.text) == dict(said)
