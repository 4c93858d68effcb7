from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pages.chances import chances, percent

LABELS = {"home": "home", "draw": "draw", "away": "away"}


@given(st.lists(st.floats(0.001, 1), min_size=3, max_size=3))
def test_percents_sum_to_a_hundred(weights: list[float]) -> None:
    shares = [weight / sum(weights) for weight in weights]

    told = chances(dict(zip(LABELS, shares, strict=True)), LABELS)

    wholes = [int("0" if "<" in one.percent else re.sub(r"\D", "", one.percent)) for one in told]
    assert sum(wholes) == 100
    assert all(abs(whole - 100 * share) < 1 for whole, share in zip(wholes, shares, strict=True))


def test_the_parts_of_a_bar_follow_each_other_to_its_end() -> None:
    told = chances({"home": 0.5, "draw": 0.3, "away": 0.2}, LABELS)

    assert [(one.start, one.width) for one in told] == [("0.00", "50.00"), ("50.00", "30.00"), ("80.00", "20.00")]


def test_odds_are_told_where_there_are_any() -> None:
    told = chances({"home": 0.5, "draw": 0.4999, "away": 0.0001}, LABELS, {"home": 2.0, "draw": 2.0004, "away": None})

    assert [one.odds for one in told] == ["2.00", "2.00", ""]


@pytest.mark.parametrize(
    ("probability", "text"),
    [(0.0, "0 %"), (0.0001, "< 1 %"), (0.006, "1 %"), (0.621, "62 %"), (1.0, "100 %")],
)
def test_what_may_happen_is_never_called_impossible(probability: float, text: str) -> None:
    assert percent(probability) == text.replace(" ", "\u202f")
