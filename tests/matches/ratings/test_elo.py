import pytest

from matches.ratings import elo


def test_the_home_advantage_is_65_points() -> None:
    assert elo.expected_score(1435, 1500) == 0.5
    assert elo.expected_score(1500, 1500) == pytest.approx(0.5924662305843318)


def test_400_points_are_odds_of_ten_to_one() -> None:
    assert elo.expected_score(1835, 1500) == pytest.approx(10 / 11)


@pytest.mark.parametrize(
    ("home_goals", "away_goals", "points"),
    [
        (1, 0, 10 * 2**0.8 * (1 - 0.5924662305843318)),
        (0, 0, 10 * (0.5 - 0.5924662305843318)),
        (0, 3, 10 * 4**0.8 * -0.5924662305843318),
    ],
)
def test_points_grow_with_the_margin_and_the_surprise(home_goals: int, away_goals: int, points: float) -> None:
    assert elo.points_exchanged(1500, 1500, home_goals, away_goals) == pytest.approx(points)


def test_a_rout_of_a_hopeless_team_is_worth_next_to_nothing() -> None:
    assert 0 < elo.points_exchanged(2300, 1000, 9, 0) < 0.05
