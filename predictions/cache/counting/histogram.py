"""Times, counted in buckets whose bounds are powers of two, in microseconds; the same in every process and release.

Bucket 0 holds what took less than 1 µs, bucket b what took from 2^(b-1) up to 2^b µs, the last one all that took
longer.
"""

from __future__ import annotations

from collections.abc import Mapping

LAST = 26
"""Holds 33.6 s and more."""


def bucket_of(seconds: float) -> int:
    """The bucket of a time, in seconds."""
    return min(int(seconds * 1e6).bit_length(), LAST)


def percentile(buckets: Mapping[int, int], percent: float) -> float | None:
    """The time, in seconds, that `percent` of those counted did not exceed, as near as the buckets can tell.

    None if there are none. Within its bucket the times are taken to be spread evenly on a logarithmic scale (geometric
    interpolation of the nearest rank), so the estimate is wrong by less than a factor of two. The last bucket has
    no upper bound, so that its lower one is given.
    """
    rank = percent / 100 * sum(buckets.values())
    below = 0
    for bucket, number in sorted(buckets.items()):
        if number and below + number >= rank:
            inside = (rank - below) / number
            return _at(bucket, inside) / 1e6
        below += number
    return None


def _at(bucket: int, inside: float) -> float:
    """How many microseconds lie at this share of a bucket's width."""
    if bucket == 0:
        return inside
    lowest: float = 2.0 ** (bucket - 1)
    return lowest if bucket >= LAST else lowest * 2.0**inside
