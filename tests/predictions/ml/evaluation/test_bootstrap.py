from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from predictions.ml.evaluation import bootstrap
from predictions.ml.evaluation.bootstrap import Resampled

ONE = np.array([0])


def _values(count: int = 500, seed: int = 3) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.random.default_rng(seed).exponential(size=count)


def test_the_interval_is_that_of_scipy() -> None:
    values = _values()
    ours = Resampled(values, np.zeros(500, dtype=int), resamples=20_000).interval(ONE)
    theirs = stats.bootstrap(
        (values,), np.mean, n_resamples=20_000, method="percentile", rng=np.random.default_rng(4)
    ).confidence_interval

    assert ours.mean == pytest.approx(values.mean())
    assert (ours.low, ours.high) == pytest.approx((theirs.low, theirs.high), abs=0.003)


def test_the_truth_lies_within_in_about_95_of_100_cases() -> None:
    random = np.random.default_rng(5)
    strata = np.repeat([0, 1], 100)
    held = 0
    for seed in range(400):
        values = random.normal(loc=np.where(strata, 0.4, -0.1))
        interval = Resampled(values, strata, resamples=400, seed=seed).interval(np.array([0, 1]))
        held += interval.low <= 0.15 <= interval.high

    assert 0.91 < held / 400 < 0.98


def test_what_is_always_the_same_is_certain() -> None:
    assert Resampled(np.full(50, 0.25), np.zeros(50, dtype=int)).interval(ONE) == (0.25, 0.25, 0.25)


def test_each_stratum_keeps_its_number_of_matches() -> None:
    """Strata that differ from each other and not within: drawn over all of them the mean would vary."""
    resampled = Resampled(np.repeat([0.0, 1.0], [30, 10]), np.repeat([7, 8], [30, 10]))

    assert resampled.interval(np.array([7, 8])) == (0.25, 0.25, 0.25)
    assert resampled.interval(np.array([8])) == (1.0, 1.0, 1.0)


def test_some_strata_do_not_show_in_others() -> None:
    values, strata = _values(), np.repeat(np.arange(5), 100)
    corrupted = np.where(strata == 4, 99.0, values)

    assert Resampled(values, strata).interval(np.array([1, 3])) == Resampled(corrupted, strata).interval(
        np.array([1, 3])
    )


def test_the_same_matches_have_the_same_interval_at_every_call() -> None:
    first, second = (Resampled(_values(), np.zeros(500, dtype=int)).interval(ONE) for _ in range(2))

    assert first == second
    assert Resampled(_values(), np.zeros(500, dtype=int), seed=1).interval(ONE) != first


def test_many_matches_are_drawn_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    values, strata = _values(), np.zeros(500, dtype=int)
    whole = Resampled(values, strata).interval(ONE)
    monkeypatch.setattr(bootstrap, "AT_ONCE", 1700)
    parts = Resampled(values, strata).interval(ONE)

    assert parts.mean == whole.mean
    assert (parts.low, parts.high) == pytest.approx((whole.low, whole.high), abs=0.01)


def test_more_matches_make_it_narrower() -> None:
    few, many = (Resampled(_values(count), np.zeros(count, dtype=int)).interval(ONE) for count in (100, 10_000))

    assert many.high - many.low == pytest.approx((few.high - few.low) / 10, rel=0.3)


def test_no_match_has_no_interval() -> None:
    with pytest.raises(ValueError, match="no match"):
        Resampled(_values(), np.zeros(500, dtype=int)).interval(np.array([3]))
