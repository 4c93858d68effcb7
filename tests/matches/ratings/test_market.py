from __future__ import annotations

from math import exp, log

import pytest

from matches.ratings import market
from matches.ratings.state import Odds


def test_a_draw_counts_half_for_each() -> None:
    assert market.log_odds(Odds(2.0, 4.0, 4.0)) == pytest.approx(log((0.5 + 0.125) / (0.25 + 0.125)))


def test_the_bookmakers_margin_does_not_count() -> None:
    fair, taxed = Odds(2.0, 4.0, 4.0), Odds(2.0 * 0.93, 4.0 * 0.93, 4.0 * 0.93)

    assert market.log_odds(taxed) == pytest.approx(market.log_odds(fair))


def test_early_in_a_season_odds_count_up_to_twice() -> None:
    assert market.learning_rate(played=0) == 0.5
    assert market.learning_rate(played=5) == pytest.approx(0.25 * (1 + 1 / exp(1)))
    assert market.learning_rate(played=38) == pytest.approx(0.25, abs=1e-3)


@pytest.mark.parametrize("log_odds", [-1.2, 0.0, 0.7])
def test_who_does_as_well_as_expected_is_no_surprise(log_odds: float) -> None:
    assert market.surprise_by_worth(log_odds, 0.05 + 0.8 * log_odds) == pytest.approx(0)
    assert market.surprise_by_worth(log_odds, 1.05 + 0.8 * log_odds) == pytest.approx(0.035)
    assert market.surprise_by_goals(log_odds, 2) == pytest.approx(0.01 * (2 - 1.08 * log_odds))
