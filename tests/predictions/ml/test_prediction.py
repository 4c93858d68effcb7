"""Everything that is said of a match, from the features to the answer's JSON."""

from __future__ import annotations

import json
from functools import cache
from itertools import product
from math import inf, nan
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from predictions.ml.estimator import OutcomeClassifier
from predictions.ml.features import FEATURE_GROUPS, FEATURE_NAMES, Features
from predictions.ml.fitting import FittedModel, fit_model
from predictions.ml.markets import expected_goals, score_tables
from predictions.ml.outcomes import probabilities
from predictions.ml.own_odds import OwnOdds
from predictions.ml.prediction import LEAST_PROBABILITY, Prediction, predict
from tests.predictions.ml.conftest import training_set

EVEN = OwnOdds(0.0, -1.0)
CONFIDENCE = [{"from": 0.3, "matches": 300, "share": 0.4}, {"from": 0.6, "matches": 250, "share": 0.7}]


@cache
def _model() -> FittedModel:
    return fit_model(training_set(2, odds=True))


def _features(*values: float, unknown: tuple[str, ...] = (), **named: float) -> Features:
    """By position or by name; what is not named is 0, or nan where a group is unknown."""
    nothing = {name: nan for group in unknown for name in FEATURE_GROUPS[group]}
    return Features(
        **dict.fromkeys(FEATURE_NAMES, 0.0) | dict(zip(FEATURE_NAMES, values, strict=False)) | named | nothing
    )


def _one(features: Features, odds: OwnOdds | None = None) -> Prediction:
    [one] = predict(_model(), [features], [odds])
    return one


NUMBER = st.one_of(st.floats(-3, 3), st.floats(-1000, 1000))
UNKNOWN = st.sampled_from([(), ("shots",), ("market",), ("shots", "market")])


@settings(deadline=None)
@given(st.tuples(*[NUMBER] * len(FEATURE_NAMES)), UNKNOWN, st.one_of(st.none(), st.builds(OwnOdds, NUMBER, NUMBER)))
def test_whatever_is_known_all_that_is_said_agrees(
    values: tuple[float, ...], unknown: tuple[str, ...], odds: OwnOdds | None
) -> None:
    said = _one(_features(*values, unknown=unknown), odds).as_json()
    home, draw, away = (said["probabilities"][name] for name in ("home", "draw", "away"))
    markets = {name: market["probabilities"] for name, market in said["markets"].items()}
    scores = said["correct_score"]

    def won(sign: int) -> float:
        return sum(float(scores[f"{i}-{j}"]) for i, j in product(range(5), repeat=2) if np.sign(i - j) == sign)

    assert home + draw + away == pytest.approx(1, abs=1e-12)
    assert min(home, draw, away) > 0
    for sign, outcome in ((1, "home"), (0, "draw"), (-1, "away")):
        assert won(sign) + scores[f"other_{outcome}"] == pytest.approx(said["probabilities"][outcome], abs=1e-12)
    assert markets["double_chance"]["home_or_draw"] == pytest.approx(home + draw, abs=1e-12)
    assert markets["draw_no_bet"]["home"] * (home + away) == pytest.approx(home, abs=1e-12)
    assert said["expected_points"]["home"] == pytest.approx(3 * home + draw, abs=1e-12)
    assert said["expected_points"]["away"] == pytest.approx(3 * away + draw, abs=1e-12)
    none_of_both = sum(scores[f"0-{n}"] + scores[f"{n}-0"] for n in range(1, 5)) + scores["0-0"]
    assert markets["both_to_score"]["no"] >= none_of_both - 1e-12
    assert said["why"]["log_odds"] == pytest.approx(np.log(home / away), abs=1e-6) or min(home, away) < 1e-11
    assert (said["with_market"] is None) is (odds is None)


@settings(deadline=None)
@given(st.tuples(*[NUMBER] * len(FEATURE_NAMES)), st.builds(OwnOdds, NUMBER, NUMBER))
def test_an_answer_is_strict_json_of_finite_numbers(values: tuple[float, ...], odds: OwnOdds) -> None:
    said = _one(_features(*values), odds).as_json()

    assert json.loads(json.dumps(said, allow_nan=False)) == said


def test_each_probability_is_that_of_its_outcome() -> None:
    strong, weak = _one(_features(elo_difference=3.0)), _one(_features(elo_difference=-3.0))

    assert strong.home > 0.8 > 0.1 > strong.away
    assert weak.away > 0.8 > 0.1 > weak.home


def test_more_goals_are_expected_of_the_team_that_is_expected_to_score_more() -> None:
    one, turned = (_one(_features(log_goals_home=home, log_goals_away=-home)) for home in (0.5, -0.5))

    assert one.expected_goals_home > 1.1 * turned.expected_goals_home
    assert turned.expected_goals_away > 1.1 * one.expected_goals_away


def test_goals_are_expected_by_results_and_chances_alike_where_these_are_known() -> None:
    """The middle, of logarithms, of what each of the two says; where there is but one, what this says."""
    both = _features(log_goals_home=0.5, log_goals_away=-0.1, log_shots_home=0.1, log_shots_away=0.3)
    results = _features(log_goals_home=0.5, log_goals_away=-0.1, unknown=("shots",))
    for features, logs in ((both, [0.3, 0.1]), (results, [0.5, -0.1])):
        one = _one(features)
        table = score_tables(np.array([logs]), np.array([[one.home, one.draw, one.away]]))

        assert [one.expected_goals_home, one.expected_goals_away] == pytest.approx(expected_goals(table)[0], abs=1e-12)


def test_probabilities_are_those_of_the_pure_classifier_whatever_the_odds() -> None:
    rows = training_set(1).features[:50]
    matches = [Features(*row) for row in rows.tolist()]
    expected = probabilities(_model().pure, rows)

    for odds in ([None] * 50, [EVEN] * 50):
        said = [(one.home, one.draw, one.away) for one in predict(_model(), matches, odds)]
        assert np.array(said) == pytest.approx(expected, abs=1e-12)


def test_odds_speak_in_an_answer_of_their_own() -> None:
    features = _features(elo_difference=0.5)
    with_odds, without = _one(features, OwnOdds(1.0, -1.2)), _one(features)
    assert _model().with_market is not None
    [expected] = probabilities(_model().with_market, [[*features, 1.0, -1.2]])

    assert with_odds.with_market == pytest.approx(tuple(expected), abs=1e-12)
    assert with_odds.with_market != (with_odds.home, with_odds.draw, with_odds.away)
    assert without.with_market is None
    assert with_odds.as_json() | {"with_market": None} == without.as_json()


def test_a_model_that_was_taught_no_odds_says_nothing_of_them() -> None:
    blind = FittedModel(_model().pure, None)
    [one] = predict(blind, [_features()], [EVEN])

    assert one.with_market is None
    assert one.as_json()["with_market"] is None


def test_matches_keep_their_order_and_are_the_same_one_by_one_to_the_last_bit() -> None:
    unknown = [(), ("shots",), ("market",), ("shots", "market")]
    matches = [_features(number / 7, -number / 9, unknown=unknown[number % 4]) for number in range(-20, 20)]
    odds = [OwnOdds(number / 5, -1.0) if number % 3 else None for number in range(40)]
    together = predict(_model(), matches, odds, confidence=CONFIDENCE)

    for match, own, prediction in zip(matches, odds, together, strict=True):
        [alone] = predict(_model(), [match], [own], confidence=CONFIDENCE)
        assert alone.as_json() == prediction.as_json()


def test_each_classifier_is_called_once_for_all_matches(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[int] = []
    predict_proba = OutcomeClassifier.predict_proba

    def counting(self: OutcomeClassifier, rows: Any) -> Any:
        calls.append(len(rows))
        return predict_proba(self, rows)

    monkeypatch.setattr(OutcomeClassifier, "predict_proba", counting)
    predict(_model(), [_features()] * 30, [EVEN, None, EVEN] * 10)

    assert calls == [30, 20]


def test_no_outcome_is_impossible() -> None:
    """A model as sure as its numbers get."""
    one = _one(_features(elo_difference=1e4))

    assert one.away == pytest.approx(LEAST_PROBABILITY, rel=1e-6)
    assert one.home <= 1
    assert one.as_json()["fair_odds"]["away"] is None
    assert one.as_json()["fair_odds"]["home"] == pytest.approx(1)


@pytest.mark.parametrize("nonsense", [-1e300, 1e300])
def test_no_number_of_goals_is_absurd(nonsense: float) -> None:
    one = predict(_model(), [_features(log_goals_home=nonsense)], [None])[0]

    assert 0 < one.expected_goals_home < 15
    assert 0 < one.expected_goals_away < 15


def test_confidence_is_that_of_the_most_probable_outcome() -> None:
    [strong, even] = predict(
        _model(), [_features(elo_difference=-3.0), _features()], [None, None], confidence=CONFIDENCE
    )

    assert strong.away > 0.6 > max(even.home, even.draw, even.away)
    assert strong.said.confidence == {"share": 0.7, "matches": 250}
    assert even.said.confidence == {"share": 0.4, "matches": 300}
    assert _one(_features()).as_json()["confidence"] is None


def test_no_match_is_no_prediction() -> None:
    assert predict(_model(), [], []) == []


def test_every_match_needs_a_word_on_its_odds() -> None:
    with pytest.raises(ValueError, match="2 matches have 1 entries of odds"):
        predict(_model(), [_features()] * 2, [None])


@pytest.mark.parametrize("nonsense", [inf, -inf])
def test_infinite_features_are_refused(nonsense: float) -> None:
    with pytest.raises(ValueError, match="infinity"):
        _one(_features(nonsense))


def test_an_answer_has_these_parts() -> None:
    features = _features(0.31, -0.22, 0.43, 0.14, 0.31, 0.26, -0.17, 0.68, 0.39, 0.39)
    said = _one(features, OwnOdds(0.3, -1.1)).as_json()

    assert list(said) == [
        "probabilities",
        "fair_odds",
        "expected_goals",
        "expected_points",
        "markets",
        "correct_score",
        "with_market",
        "why",
        "confidence",
    ]
    assert list(said["markets"]) == [
        "double_chance",
        "over_under_1_5",
        "over_under_2_5",
        "over_under_3_5",
        "both_to_score",
        "draw_no_bet",
    ]
    for market in (said["with_market"], *said["markets"].values()):
        assert market.keys() == {"probabilities", "fair_odds"}
        assert market["probabilities"].keys() == market["fair_odds"].keys()


@pytest.mark.parametrize("unknown", [(), ("market",), ("market", "shots")])
def test_an_answer_stays_small(unknown: tuple[str, ...]) -> None:
    features = _features(*(0.1 + number / 7 for number in range(10)), unknown=unknown)
    [one] = predict(_model(), [features], [OwnOdds(0.3, -1.1)], confidence=CONFIDENCE)

    assert len(json.dumps(one.as_json(), separators=(",", ":"))) <= 2500
