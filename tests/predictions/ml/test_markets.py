"""Whatever is expected, all markets are read off one table of scores, and so agree."""

from __future__ import annotations

from math import exp, factorial, isnan, log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from predictions.ml.markets import (
    CORRECT_SCORE,
    DECIMALS,
    FEWEST_GOALS,
    MARKETS,
    MOST_GOALS,
    NAMED_GOALS,
    SCORES,
    expected_goals,
    fair_odds,
    market_probabilities,
    score_tables,
)

LOG_GOALS = st.one_of(st.floats(-2, 1.5), st.floats(-1e6, 1e6))
WEIGHT = st.one_of(st.floats(0.05, 1), st.sampled_from([1e-12, 1e-9, 1e-6, 1.0]))
PROBABILITIES = st.tuples(WEIGHT, WEIGHT, WEIGHT).map(lambda three: [one / sum(three) for one in three])
HOME, AWAY = np.indices((SCORES, SCORES))


def _table(home: float, away: float, said: list[float]) -> np.ndarray:
    [table] = score_tables(np.array([[home, away]]), np.array([said]))
    return np.asarray(table)


def _markets(home: float, away: float, said: list[float]) -> dict[str, dict[str, float]]:
    [row] = market_probabilities(score_tables(np.array([[home, away]]), np.array([said])), np.array([said])).tolist()
    values = iter(row)
    return {name: {selection: next(values) for selection in selections} for name, selections in MARKETS.items()}


def _dixon_coles(home: float, away: float) -> np.ndarray:
    """The textbook's table, score by score."""
    table = np.zeros((SCORES, SCORES))
    for i in range(SCORES):
        for j in range(SCORES):
            table[i, j] = exp(-home - away) * home**i * away**j / factorial(i) / factorial(j)
    table[0, 0] *= 1 + 0.05 * home * away
    table[0, 1] *= 1 - 0.05 * home
    table[1, 0] *= 1 - 0.05 * away
    table[1, 1] *= 1 + 0.05
    return table


def _outcomes(table: np.ndarray) -> list[float]:
    return [float(table[HOME > AWAY].sum()), float(table[HOME == AWAY].sum()), float(table[HOME < AWAY].sum())]


def test_asked_for_its_own_outcomes_the_table_is_that_of_dixon_and_coles() -> None:
    textbook = _dixon_coles(1.7, 1.1)

    assert _table(log(1.7), log(1.1), _outcomes(textbook)) == pytest.approx(textbook, rel=1e-9, abs=1e-15)


def test_within_an_outcome_scores_keep_their_proportions() -> None:
    textbook, table = _dixon_coles(1.7, 1.1), _table(log(1.7), log(1.1), [0.2, 0.3, 0.5])
    for region in (HOME > AWAY, HOME == AWAY, HOME < AWAY):
        shares = table[region] / textbook[region]
        assert shares.min() == pytest.approx(shares.max(), rel=1e-9)


@given(LOG_GOALS, LOG_GOALS, PROBABILITIES)
def test_a_table_has_the_outcomes_that_were_said(home: float, away: float, said: list[float]) -> None:
    table = _table(home, away, said)

    assert table.min() >= 0
    assert table.sum() == pytest.approx(1, abs=1e-12)
    assert _outcomes(table) == pytest.approx(said, abs=1e-12)


@given(LOG_GOALS, LOG_GOALS, PROBABILITIES)
def test_every_market_is_what_the_table_says(home: float, away: float, said: list[float]) -> None:
    table, markets = _table(home, away, said), _markets(home, away, said)
    both = float(table[(HOME > 0) & (AWAY > 0)].sum())
    expected = {
        "double_chance": {
            "home_or_draw": said[0] + said[1],
            "home_or_away": said[0] + said[2],
            "draw_or_away": said[1] + said[2],
        },
        "draw_no_bet": {"home": said[0] / (said[0] + said[2]), "away": said[2] / (said[0] + said[2])},
        "both_to_score": {"yes": both, "no": 1 - both},
    }
    total = HOME + AWAY
    for line in (1, 2, 3):
        under = float(table[total <= line].sum())
        expected[f"over_under_{line}_5"] = {"over": 1 - under, "under": under}

    assert markets.keys() == {*expected, CORRECT_SCORE}
    for name, selections in expected.items():
        assert markets[name] == pytest.approx(selections, abs=1e-12)


@given(LOG_GOALS, LOG_GOALS, PROBABILITIES)
def test_the_scores_named_and_the_others_are_all_there_is(home: float, away: float, said: list[float]) -> None:
    """Whoever adds up what an answer names gets the outcomes, and the bets on goals that need no more goals."""
    scores = _markets(home, away, said)[CORRECT_SCORE]
    named = {name: p for name, p in scores.items() if not name.startswith("other")}
    goals = {name: [int(part) for part in name.split("-")] for name in named}
    markets = _markets(home, away, said)

    assert len(named) == (NAMED_GOALS + 1) ** 2
    assert sum(scores.values()) == pytest.approx(1, abs=1e-12)
    for outcome, probability, sign in zip(("home", "draw", "away"), said, (1, 0, -1), strict=True):
        own = sum(p for name, p in named.items() if np.sign(goals[name][0] - goals[name][1]) == sign)
        assert own + scores[f"other_{outcome}"] == pytest.approx(probability, abs=1e-12)
    for line in (1, 2, 3):
        under = sum(p for name, p in named.items() if sum(goals[name]) <= line)
        assert markets[f"over_under_{line}_5"]["under"] == pytest.approx(under, abs=1e-12)


@given(LOG_GOALS, LOG_GOALS, PROBABILITIES)
def test_probabilities_are_between_0_and_1_and_sum_to_1(home: float, away: float, said: list[float]) -> None:
    for name, selections in _markets(home, away, said).items():
        assert all(0 <= p <= 1 and p == round(p, DECIMALS) for p in selections.values())
        total = 2 if name == "double_chance" else 1
        assert sum(selections.values()) == pytest.approx(total, abs=1e-12)


@given(LOG_GOALS, LOG_GOALS, PROBABILITIES)
def test_more_goals_are_less_probable(home: float, away: float, said: list[float]) -> None:
    markets = _markets(home, away, said)
    one, two, three = (markets[f"over_under_{line}_5"]["over"] for line in (1, 2, 3))

    assert one + 1e-12 > two
    assert two + 1e-12 > three


@given(LOG_GOALS, LOG_GOALS, PROBABILITIES)
def test_expected_goals_are_the_mean_of_the_table(home: float, away: float, said: list[float]) -> None:
    table = _table(home, away, said)

    assert expected_goals(table[None])[0] == pytest.approx([(table * HOME).sum(), (table * AWAY).sum()], abs=1e-9)


def test_expected_goals_are_those_expected_if_the_outcomes_agree() -> None:
    said = _outcomes(_dixon_coles(1.7, 1.1))
    table = score_tables(np.log([[1.7, 1.1]]), np.array([said]))

    assert expected_goals(table)[0] == pytest.approx([1.7, 1.1], abs=1e-9)


@given(LOG_GOALS, LOG_GOALS, PROBABILITIES)
def test_teams_that_change_sides_change_everything_else_alike(home: float, away: float, said: list[float]) -> None:
    here, there = _markets(home, away, said), _markets(away, home, said[::-1])
    mirrored = {f"{i}-{j}": there[CORRECT_SCORE][f"{j}-{i}"] for i in range(5) for j in range(5)}

    for line in ("over_under_1_5", "over_under_2_5", "over_under_3_5", "both_to_score"):
        assert here[line] == pytest.approx(there[line], abs=1e-12)
    assert here["draw_no_bet"]["home"] == pytest.approx(there["draw_no_bet"]["away"], abs=1e-12)
    assert {name: here[CORRECT_SCORE][name] for name in mirrored} == pytest.approx(mirrored, abs=1e-12)
    assert here[CORRECT_SCORE]["other_home"] == pytest.approx(there[CORRECT_SCORE]["other_away"], abs=1e-12)


def test_next_to_nothing_lies_beyond_the_table() -> None:
    """At the most goals that are ever taken as expected."""
    for goals in (FEWEST_GOALS, 1.5, MOST_GOALS):
        tail = 1 - sum(exp(-goals) * goals**n / factorial(n) for n in range(SCORES))
        assert abs(tail) < 1e-12


@pytest.mark.parametrize("nonsense", [1e300, 50.0, 3.0])
def test_nobody_is_expected_to_score_more_than_the_table_can_hold(nonsense: float) -> None:
    said = [0.5, 0.25, 0.25]

    assert (_table(nonsense, 0.0, said) == _table(log(MOST_GOALS), 0.0, said)).all()
    assert (_table(-nonsense, 0.0, said) == _table(log(FEWEST_GOALS), 0.0, said)).all()


def test_a_match_among_others_is_as_a_match_alone() -> None:
    random = np.random.default_rng(1)
    logs, said = random.normal(0.2, 0.5, size=(50, 2)), random.dirichlet((2, 1, 1), size=50)
    together = market_probabilities(score_tables(logs, said), said)

    for number in range(50):
        alone = market_probabilities(score_tables(logs[[number]], said[[number]]), said[[number]])[0]
        assert (together[number] == alone).all()


@given(st.floats(0, 1))
def test_fair_odds_win_back_the_stake_on_average_or_nobody_offers_them(probability: float) -> None:
    [odds] = fair_odds(np.array([probability])).tolist()

    if probability < 0.001:
        assert isnan(odds)
    else:
        assert 1 <= odds <= 1000
        assert odds * probability == pytest.approx(1, abs=1e-10)
