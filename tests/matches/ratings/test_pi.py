from __future__ import annotations

from math import log10

import pytest

from matches.ratings import pi


@pytest.mark.parametrize(("rating", "goals"), [(0.0, 0.0), (3.0, 9.0), (-3.0, -9.0), (3 * log10(2), 1.0)])
def test_a_rating_stands_for_goals_better_than_average(rating: float, goals: float) -> None:
    assert pi.goals(rating) == pytest.approx(goals)


def test_the_home_teams_goals_less_the_away_teams_are_expected() -> None:
    assert pi.expected_margin(3 * log10(2), -3 * log10(2)) == pytest.approx(2.0)


def test_a_result_as_expected_teaches_nothing() -> None:
    assert pi.step(3 * log10(3), 0.0, 2, 0) == pytest.approx(0.0)


@pytest.mark.parametrize(("score", "step"), [((9, 0), 0.045 * 3), ((0, 9), -0.045 * 3), ((1, 0), 0.045 * 3 * log10(2))])
def test_a_surprise_teaches_by_its_logarithm(score: tuple[int, int], step: float) -> None:
    assert pi.step(0.0, 0.0, *score) == pytest.approx(step)
