from __future__ import annotations

import pytest

from predictions.ml.evaluation.calibration import CalibrationBin
from predictions.report.calibration_chart import BAR_HEIGHT, calibration_chart

CHART = calibration_chart("Draw", [CalibrationBin(100, 0.25, 0.25, 0.2, 0.35), CalibrationBin(50, 0.5, 0.75, 0.6, 0.9)])


def test_what_comes_about_as_often_as_is_said_lies_on_the_diagonal() -> None:
    on, above = CHART.points
    width, height = CHART.right - CHART.left, CHART.bottom - CHART.top

    assert (on.x - CHART.left) / width == pytest.approx((CHART.bottom - on.y) / height, abs=0.001)
    assert (above.x - CHART.left) / width == pytest.approx(0.5, abs=0.001)
    assert (CHART.bottom - above.y) / height == pytest.approx(0.75, abs=0.001)


def test_the_whisker_holds_the_bounds() -> None:
    _, above = CHART.points

    assert above.high < above.y < above.low
    assert (CHART.bottom - above.low) / (CHART.bottom - CHART.top) == pytest.approx(0.6, abs=0.001)


def test_bars_are_in_proportion_to_the_matches() -> None:
    assert [CHART.bottom - point.bar for point in CHART.points] == [BAR_HEIGHT, BAR_HEIGHT / 2]


def test_each_point_is_told_in_words() -> None:
    assert CHART.points[1].text == "50 predictions of 50.0% on average: it came about in 75.0%"
    assert CHART.error == "0.083"
