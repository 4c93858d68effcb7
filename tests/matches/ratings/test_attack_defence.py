from __future__ import annotations

from math import exp, lgamma, log

import pytest

from matches.ratings import attack_defence
from matches.ratings.state import Ratings, TeamState

MU_HOME, MU_AWAY = log(1.5), log(1.12)
HOME = TeamState(Ratings(1500.0, 0.3, 0.1, 0.2, 0.05), played=4, promoted=False)
AWAY = TeamState(Ratings(1500.0, -0.1, 0.15, -0.2, 0.25), played=4, promoted=False)


def _log_likelihood(mu_home: float, mu_away: float, home: Ratings, away: Ratings, goals: tuple[int, int]) -> float:
    """Of two independent Poisson counts."""
    means = mu_home + home.attack_home - away.defence_away, mu_away + away.attack_away - home.defence_home
    return sum(scored * mean - exp(mean) - lgamma(scored + 1) for scored, mean in zip(goals, means, strict=True))


def test_goals_are_expected_from_the_home_attack_and_the_away_defence() -> None:
    log_home, log_away = attack_defence.log_expected_goals(
        MU_HOME, MU_AWAY, attack_home=0.3, defence_home=0.2, attack_away=0.15, defence_away=0.25
    )

    assert exp(log_home) == pytest.approx(1.5 * exp(0.3 - 0.25))
    assert exp(log_away) == pytest.approx(1.12 * exp(0.15 - 0.2))


def test_each_step_climbs_the_likelihood_of_the_result() -> None:
    goals, step = (3, 1), 1e-6
    steps = attack_defence.steps(MU_HOME, MU_AWAY, HOME, AWAY, *goals)

    def slope(*, mu_home: float = 0.0, mu_away: float = 0.0, home: str = "", away: str = "") -> float:
        def at(sign: int) -> float:
            h, a = HOME.ratings, AWAY.ratings
            if home:
                h = h._replace(**{home: getattr(h, home) + sign * step})
            if away:
                a = a._replace(**{away: getattr(a, away) + sign * step})
            return _log_likelihood(MU_HOME + sign * mu_home, MU_AWAY + sign * mu_away, h, a, goals)

        return (at(1) - at(-1)) / (2 * step)

    assert steps.home_attack_home == pytest.approx(0.012 * slope(home="attack_home"), rel=1e-5)
    assert steps.home_defence_home == pytest.approx(0.012 * slope(home="defence_home"), rel=1e-5)
    assert steps.away_attack_away == pytest.approx(0.012 * slope(away="attack_away"), rel=1e-5)
    assert steps.away_defence_away == pytest.approx(0.012 * slope(away="defence_away"), rel=1e-5)
    assert steps.log_goals_home == pytest.approx(0.002 * slope(mu_home=step), rel=1e-5)
    assert steps.log_goals_away == pytest.approx(0.002 * slope(mu_away=step), rel=1e-5)


@pytest.mark.parametrize(
    ("promoted", "played", "rate"),
    [(False, 0, 0.012), (True, 0, 0.027), (True, 10, 0.012 + 0.015 / exp(1)), (False, 10, 0.012)],
)
def test_a_promoted_team_learns_faster_while_little_is_known_of_it(promoted: bool, played: int, rate: float) -> None:
    assert attack_defence.learning_rate(TeamState(HOME.ratings, played, promoted)) == pytest.approx(rate)


def test_scores_typed_wrongly_every_week_do_not_run_away() -> None:
    home, away, mu_home, mu_away = HOME, AWAY, MU_HOME, MU_AWAY
    for _ in range(200):
        steps = attack_defence.steps(mu_home, mu_away, home, away, 99, 99)
        home = home._replace(
            ratings=home.ratings._replace(
                attack_home=home.ratings.attack_home + steps.home_attack_home,
                defence_home=home.ratings.defence_home + steps.home_defence_home,
            )
        )
        away = away._replace(
            ratings=away.ratings._replace(
                attack_away=away.ratings.attack_away + steps.away_attack_away,
                defence_away=away.ratings.defence_away + steps.away_defence_away,
            )
        )
        mu_home, mu_away = mu_home + steps.log_goals_home, mu_away + steps.log_goals_away

    expected = attack_defence.log_expected_goals(
        mu_home,
        mu_away,
        attack_home=home.ratings.attack_home,
        defence_home=home.ratings.defence_home,
        attack_away=away.ratings.attack_away,
        defence_away=away.ratings.defence_away,
    )
    assert expected == (log(20), log(20))
