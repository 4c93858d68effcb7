from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from predictions.cache.counting.histogram import LAST, bucket_of, percentile


@pytest.mark.parametrize(
    ("microseconds", "bucket"),
    [(0, 0), (0.9, 0), (1, 1), (1.9, 1), (2, 2), (3.9, 2), (4, 3), (1023, 10), (1024, 11), (4e7, LAST), (1e12, LAST)],
)
def test_bounds_are_powers_of_two(microseconds: float, bucket: int) -> None:
    # A tenth of a nanosecond keeps what is a whole number from falling below it in floating point.
    assert bucket_of(microseconds / 1e6 + 1e-13) == bucket


def test_the_last_bucket_begins_where_its_name_says() -> None:
    assert bucket_of(33.5) == LAST - 1
    assert bucket_of(33.6) == LAST


def test_of_nothing_there_is_no_percentile() -> None:
    assert percentile({}, 50) is None
    assert percentile({3: 0}, 50) is None


def test_within_a_bucket_times_are_spread_on_a_logarithmic_scale() -> None:
    # Four from 8 to 16 µs: the second is half way, at 8 times the root of 2.
    assert percentile({4: 4}, 50) == pytest.approx(8e-6 * 2**0.5)
    assert percentile({4: 4}, 100) == pytest.approx(16e-6)


def test_each_percentile_is_looked_for_in_its_bucket() -> None:
    buckets = {5: 90, 10: 9, 15: 1}

    assert percentile(buckets, 50) == pytest.approx(16e-6 * 2 ** (50 / 90))
    assert percentile(buckets, 95) == pytest.approx(512e-6 * 2 ** (5 / 9))
    assert percentile(buckets, 100) == pytest.approx(2**15 / 1e6)


def test_what_took_longer_than_all_bounds_is_given_the_last_one() -> None:
    assert percentile({LAST: 10}, 99) == pytest.approx(2 ** (LAST - 1) / 1e6)


@given(st.lists(st.floats(1e-6, 30), min_size=1, max_size=200), st.sampled_from([1, 50, 95, 99, 100]))
def test_an_estimate_is_wrong_by_no_more_than_a_factor_of_two(times: list[float], percent: int) -> None:
    exact = sorted(times)[max(0, -(-percent * len(times) // 100) - 1)]

    estimate = percentile(Counter(map(bucket_of, times)), percent)

    assert estimate is not None
    assert exact / 2 <= estimate * (1 + 1e-9)
    assert estimate <= 2 * exact * (1 + 1e-9)
