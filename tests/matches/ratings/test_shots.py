from __future__ import annotations

from math import exp

import pytest

from matches.ratings import shots
from matches.ratings.state import Shots


def test_a_shot_on_target_is_a_better_chance_than_another() -> None:
    assert shots.chances(Shots(10, 4, 3, 4)) == pytest.approx((3 * 0.28 + 7 * 0.05, 4 * 0.28))


def test_chances_are_brought_to_the_scale_of_goals() -> None:
    assert shots.goals_per_chance(2.6, 3.2) == 0.8125
    assert shots.goals_per_chance(0.0, 0.0) == 1.0


def test_a_team_deserved_three_quarters_of_its_chances_and_a_quarter_of_its_goals() -> None:
    assert shots.worth(1.6, 3, scale=0.8) == pytest.approx(0.75 * 0.8 * 1.6 + 0.25 * 3)


def test_a_slip_of_the_keyboard_is_worth_no_more_than_twenty_goals() -> None:
    assert shots.worth(300.0, 3, scale=1e6) == 20.0


def test_the_better_chances_gain_points() -> None:
    assert shots.points_exchanged(1435, 1500, 2.0, 1.0) == pytest.approx(22 * (1 / (1 + exp(-1.1)) - 0.5))
    assert shots.points_exchanged(1435, 1500, 1.0, 2.0) == pytest.approx(-22 * (1 / (1 + exp(-1.1)) - 0.5))


def test_the_furthest_apart_gain_all_points_that_there_are() -> None:
    assert shots.points_exchanged(1435, 1500, 99.0, 0.0) == pytest.approx(11)
    assert shots.points_exchanged(1435, 1500, 0.0, 99.0) == pytest.approx(-11)
