"""The service's own histograms in Prometheus' form."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping

from prometheus_client.core import HistogramMetricFamily, Metric

from predictions.cache.counting import Layer, Outcome
from predictions.cache.counting.histogram import LAST

FIRST = 6
"""The buckets of less than 64 µs are shown as one: no answer is that quick but from a process's own memory."""


def histogram(name: str, text: str, times: Mapping[tuple[Layer, Outcome, int], int]) -> Iterator[Metric]:
    """One series for each layer and outcome. No `_sum` is kept, so that there is no `_count` either: the last bucket
    tells it. Means can't be told; quantiles can, to a factor of two.
    """
    family = HistogramMetricFamily(name, text, labels=["layer", "outcome"])
    series: dict[tuple[Layer, Outcome], Counter[int]] = defaultdict(Counter)
    for (layer, outcome, bucket), number in times.items():
        series[layer, outcome][bucket] += number
    for (layer, outcome), buckets in sorted(series.items()):
        family.add_metric([layer.value, outcome.value], list(_cumulative(buckets)), None)
    yield family


def _cumulative(buckets: Counter[int]) -> Iterator[tuple[str, float]]:
    """How many took up to so many seconds. Bucket b holds those up to 2^b µs, the last one all others."""
    below = 0
    for bucket in range(LAST):
        below += buckets[bucket]
        if bucket >= FIRST:
            yield str(2**bucket / 1e6), below
    yield "+Inf", buckets.total()
