from __future__ import annotations

from math import exp, lgamma, log

import pytest

from matches.ratings import attack_defence

MU_HOME, MU_AWAY = log(1.5), log(1.12)
BEFORE = {"home_attack": 0.3, "home_defence": 0.2, "away_attack": 0.15, "away_defence": 0.25}


def _log_likelihood(mu_home: float, mu_away: float, ratings: dict[str, float], goals: tuple[int, int]) -> float:
    """Of two independent Poisson counts."""
    means = (
        mu_home + ratings["home_attack"] - ratings["away_defence"],
        mu_away + ratings["away_attack"] - ratings["home_defence"],
    )
    return sum(scored * mean - exp(mean) - lgamma(scored + 1) for scored, mean in zip(goals, means, strict=True))


def test_goals_are_expected_from_one_attack_and_the_other_defence() -> None:
    log_home, log_away = attack_defence.log_expected_goals(MU_HOME, MU_AWAY, **BEFORE)

    assert exp(log_home) == pytest.approx(1.5 * exp(0.3 - 0.25))
    assert exp(log_away) == pytest.approx(1.12 * exp(0.15 - 0.2))


def test_each_step_climbs_the_likelihood_of_the_result() -> None:
    goals, step = (3, 1), 1e-6
    steps = attack_defence.steps(
        MU_HOME, MU_AWAY, **BEFORE, home_goals=3, away_goals=1, home_rate=0.012, away_rate=0.027
    )

    def slope(of: str) -> float:
        def at(sign: int) -> float:
            moved = {name: rating + sign * step * (name == of) for name, rating in BEFORE.items()}
            mu_home, mu_away = MU_HOME + sign * step * (of == "mu_home"), MU_AWAY + sign * step * (of == "mu_away")
            return _log_likelihood(mu_home, mu_away, moved, goals)

        return (at(1) - at(-1)) / (2 * step)

    assert steps.home_attack == pytest.approx(0.012 * slope("home_attack"), rel=1e-5)
    assert steps.home_defence == pytest.approx(0.012 * slope("home_defence"), rel=1e-5)
    assert steps.away_attack == pytest.approx(0.027 * slope("away_attack"), rel=1e-5)
    assert steps.away_defence == pytest.approx(0.027 * slope("away_defence"), rel=1e-5)
    assert steps.log_goals_home == pytest.approx(0.002 * slope("mu_home"), rel=1e-5)
    assert steps.log_goals_away == pytest.approx(0.002 * slope("mu_away"), rel=1e-5)


@pytest.mark.parametrize(
    ("promoted", "played", "rate"),
    [
        (False, 0, 0.024),
        (False, 8, 0.012 * (1 + 1 / exp(1))),
        (False, 300, 0.012),
        (True, 0, 0.024 + 0.015),
        (True, 10, 0.012 * (1 + exp(-10 / 8)) + 0.015 / exp(1)),
    ],
)
def test_a_team_learns_faster_early_in_a_season_and_faster_still_if_it_is_new(
    promoted: bool, played: int, rate: float
) -> None:
    assert attack_defence.learning_rate(played=played, promoted=promoted) == pytest.approx(rate)


def test_scores_typed_wrongly_every_week_do_not_run_away() -> None:
    ratings, mu_home, mu_away = BEFORE, MU_HOME, MU_AWAY
    for _ in range(200):
        steps = attack_defence.steps(
            mu_home, mu_away, **ratings, home_goals=99, away_goals=99, home_rate=0.012, away_rate=0.012
        )
        ratings = {name: rating + step for (name, rating), step in zip(ratings.items(), steps[:4], strict=True)}
        mu_home, mu_away = mu_home + steps.log_goals_home, mu_away + steps.log_goals_away

    assert attack_defence.log_expected_goals(mu_home, mu_away, **ratings) == (log(20), log(20))
