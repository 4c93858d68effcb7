from __future__ import annotations

from math import exp, inf, log, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from predictions.ml.own_odds import OWN_ODDS_NAMES, OWN_ODDS_SCHEMA, OwnOdds

ODDS = st.floats(1.01, 1000)


def test_they_say_how_probable_home_is_against_away_and_a_draw_against_all_else() -> None:
    """A margin of 5 %: .5, .3, .2 when it is taken off."""
    own = OwnOdds.of(1 / 0.525, 1 / 0.315, 1 / 0.21)

    assert own == pytest.approx((log(0.65 / 0.35), log(0.3 / 0.7)), abs=1e-12)


@given(ODDS, ODDS, ODDS, st.floats(1.0, 1.3))
def test_the_margin_makes_no_difference(home: float, draw: float, away: float, margin: float) -> None:
    with_margin = OwnOdds.of(home * margin, draw * margin, away * margin)

    assert with_margin == pytest.approx(OwnOdds.of(home, draw, away), abs=1e-9)


@given(ODDS, ODDS, ODDS)
def test_the_three_probabilities_are_in_them(home: float, draw: float, away: float) -> None:
    own = OwnOdds.of(home, draw, away)
    total = 1 / home + 1 / draw + 1 / away
    assert own is not None
    share = 1 / (1 + exp(-own.own_log_draw))
    split = 1 / (1 + exp(-own.own_log_odds))

    assert share == pytest.approx(1 / draw / total, abs=1e-9)
    assert split - share / 2 == pytest.approx(1 / home / total, abs=1e-9)


def test_teams_that_change_sides_change_the_sign() -> None:
    here, there = OwnOdds.of(2.0, 3.5, 4.0), OwnOdds.of(4.0, 3.5, 2.0)

    assert here is not None
    assert there is not None
    assert here.own_log_odds == pytest.approx(-there.own_log_odds)
    assert here.own_log_draw == there.own_log_draw


@pytest.mark.parametrize("odds", [(None, None, None), (None, 3.0, 4.0), (2.0, None, 4.0), (2.0, 3.0, None)])
def test_without_all_three_there_are_none(odds: tuple[float | None, ...]) -> None:
    assert OwnOdds.of(*odds) is None


@pytest.mark.parametrize("nonsense", [1.0, 0.5, 0.0, -2.0, nan, inf])
def test_what_can_not_be_odds_is_refused(nonsense: float) -> None:
    for odds in ((nonsense, 3.0, 4.0), (2.0, nonsense, 4.0), (2.0, 3.0, nonsense)):
        with pytest.raises(ValueError, match="greater than 1"):
            OwnOdds.of(*odds)


def test_the_schema_stands_for_these_names_and_meaning() -> None:
    """Whoever changes what a field means must raise MEANING, and then this."""
    assert OWN_ODDS_NAMES == ("own_log_odds", "own_log_draw")
    assert OWN_ODDS_SCHEMA == "f4e5e447"
