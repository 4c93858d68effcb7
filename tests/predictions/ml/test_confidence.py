from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from predictions.ml.confidence import FEWEST_MATCHES, MOST_BINS, confidence_of, confidence_table
from predictions.ml.outcomes import OUTCOMES


def _matches(count: int, seed: int, *, boast: float = 1.0) -> tuple[Any, Any]:
    """Predictions and outcomes; a forecaster who boasts says more than the true probabilities do."""
    random = np.random.default_rng(seed)
    logs = random.normal(scale=(1.0, 0.3, 1.0), size=(count, 3))
    true = np.exp(logs) / np.exp(logs).sum(axis=1, keepdims=True)
    said = np.exp(boast * logs) / np.exp(boast * logs).sum(axis=1, keepdims=True)
    drawn = (random.random((count, 1)) > true.cumsum(axis=1)[:, :2]).sum(axis=1)
    return said, np.array(OUTCOMES)[drawn]


def _came_about(said: Any, outcomes: Any) -> Any:
    return np.array(OUTCOMES)[said.argmax(axis=1)] == outcomes


@pytest.mark.parametrize("boast", [0.5, 1.0, 2.0])
def test_it_is_how_often_predictions_of_other_matches_come_about(boast: float) -> None:
    """Whoever boasts is found out: the share is that of what happens, not of what is said."""
    table = confidence_table(*_matches(20_000, 1, boast=boast))
    said, outcomes = _matches(50_000, 2, boast=boast)
    shares = np.array([(confidence_of(top, table) or {})["share"] for top in said.max(axis=1).tolist()])
    came_about = _came_about(said, outcomes)

    for share in np.unique(shares):
        alike = shares == share
        error = abs(came_about[alike].mean() - share)
        count = next(row["matches"] for row in table if row["share"] == share)
        assert error < 4 * (share * (1 - share) * (1 / count + 1 / alike.sum())) ** 0.5
    boasted = bool(abs(said.max(axis=1).mean() - came_about.mean()) > 0.05)
    assert boasted is (boast != 1.0)


def test_the_table_accounts_for_every_match_and_grows() -> None:
    said, outcomes = _matches(10_000, 1)
    table = confidence_table(said, outcomes)
    shares, edges = [row["share"] for row in table], [row["from"] for row in table]

    assert sum(row["matches"] for row in table) == 10_000
    assert sum(row["matches"] * row["share"] for row in table) == pytest.approx(_came_about(said, outcomes).sum())
    assert shares == sorted(set(shares))
    assert edges == sorted(set(edges))
    assert edges[0] == said.max(axis=1).min()
    assert 5 < len(table) <= MOST_BINS
    assert json.loads(json.dumps(table)) == table


def test_each_row_is_counted_from_its_lowest_probability_to_the_next() -> None:
    said, outcomes = _matches(10_000, 1)
    table, top = confidence_table(said, outcomes), said.max(axis=1)
    ends = [row["from"] for row in table[1:]] + [1.1]

    for row, end in zip(table, ends, strict=True):
        alike = (top >= row["from"]) & (top < end)
        assert row["matches"] == alike.sum() >= FEWEST_MATCHES
        assert row["share"] == pytest.approx(_came_about(said, outcomes)[alike].mean())


def test_who_knows_nothing_is_trusted_no_more_for_saying_it_loudly() -> None:
    random = np.random.default_rng(1)
    said = random.dirichlet((5, 5, 5), size=5000)
    table = confidence_table(said, random.choice(OUTCOMES, size=5000))

    assert said.max() > 0.75
    assert all(row["share"] == pytest.approx(1 / 3, abs=0.05) for row in table)


def test_predictions_that_are_all_the_same_are_one_row() -> None:
    outcomes = np.array(["home"] * 600 + ["away"] * 400)
    table = confidence_table(np.tile([0.5, 0.3, 0.2], (1000, 1)), outcomes)

    assert table == [{"from": 0.5, "matches": 1000, "share": 0.6}]


def test_too_few_are_not_measured() -> None:
    assert confidence_table(*_matches(FEWEST_MATCHES - 1, 1)) == []
    assert len(confidence_table(*_matches(FEWEST_MATCHES, 1))) == 1


TABLE = [
    {"from": 0.36, "matches": 300, "share": 0.4},
    {"from": 0.5, "matches": 280, "share": 0.52},
    {"from": 0.7, "matches": 260, "share": 0.75},
]


@pytest.mark.parametrize(
    ("top", "share", "matches"),
    [(0.34, 0.4, 300), (0.36, 0.4, 300), (0.499, 0.4, 300), (0.5, 0.52, 280), (0.7, 0.75, 260), (1.0, 0.75, 260)],
)
def test_a_prediction_is_as_those_around_it(top: float, share: float, matches: int) -> None:
    assert confidence_of(top, TABLE) == {"share": share, "matches": matches}


@pytest.mark.parametrize("table", [None, []])
def test_without_a_measurement_there_is_no_confidence(table: Any) -> None:
    assert confidence_of(0.6, table) is None
