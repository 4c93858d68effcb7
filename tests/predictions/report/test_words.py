from __future__ import annotations

import pytest

from predictions.report.words import season_name, signed


@pytest.mark.parametrize(
    ("number", "text"), [(0.00341, "+0.0034"), (-0.0318, "−0.0318"), (0.0, "0.0000"), (-0.00001, "0.0000")]
)
def test_a_difference_has_its_sign(number: float, text: str) -> None:
    assert signed(number) == text


@pytest.mark.parametrize(("season", "name"), [(2014, "2014/15"), (1999, "1999/00")])
def test_a_season_is_named_by_both_years(season: int, name: str) -> None:
    assert season_name(season) == name
