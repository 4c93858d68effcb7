from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from predictions.ml.evaluation.calibration import CalibrationBin, calibration_bins, calibration_error


def _bins(*predictions: tuple[float, bool]) -> list[CalibrationBin]:
    probabilities, happened = zip(*predictions, strict=True)
    return calibration_bins(np.array(probabilities), np.array(happened))


def test_predictions_of_the_same_tenth_share_a_bin() -> None:
    bins = _bins((0.31, True), (0.39, False), (0.05, False), (0.35, False))

    assert [one.matches for one in bins] == [1, 3]
    assert bins[1].predicted == pytest.approx(0.35)
    assert bins[1].observed == pytest.approx(1 / 3)


def test_a_bin_begins_with_its_lower_bound_and_the_last_holds_certainty() -> None:
    assert [one.matches for one in _bins((0.5, True), (0.59, True), (0.95, True), (1.0, True))] == [2, 2]


def test_the_bounds_are_wilsons() -> None:
    [one] = _bins(*[(0.75, number < 8) for number in range(10)])
    theirs = stats.binomtest(8, 10).proportion_ci(method="wilson")

    assert (one.low, one.high) == pytest.approx((theirs.low, theirs.high))


def test_the_error_is_the_mean_distance_over_matches() -> None:
    bins = _bins((0.2, True), (0.6, True), (0.6, True), (0.6, False))

    assert calibration_error(bins) == pytest.approx((0.8 + 3 * (2 / 3 - 0.6)) / 4)


def test_what_comes_about_as_often_as_is_said_has_hardly_any() -> None:
    random = np.random.default_rng(1)
    probabilities = random.random(200_000)

    assert calibration_error(calibration_bins(probabilities, random.random(200_000) < probabilities)) < 0.005
    assert calibration_error(calibration_bins(probabilities, random.random(200_000) < probabilities**2)) > 0.1
