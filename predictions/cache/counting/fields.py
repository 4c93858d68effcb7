"""Counts in the hash of their minute: `n:<layer>:<outcome>:<league>`, and for times `t:<layer>:<outcome>:<bucket>`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from predictions.cache.counting.collecting import Batch
from predictions.cache.counting.histogram import LAST
from predictions.cache.counting.outcomes import Layer, Outcome


def of(batch: Batch) -> Iterator[tuple[str, int]]:
    """Each field, and what to add to it."""
    for (layer, outcome, league), number in batch.outcomes.items():
        yield f"n:{layer}:{outcome}:{league}", number
    for (layer, outcome, bucket), number in batch.times.items():
        yield f"t:{layer}:{outcome}:{bucket}", number


def batch_of(found: Mapping[bytes, bytes]) -> Batch:
    """The batch that these fields tell of. What this version of the code does not know is left out."""
    batch = Batch()
    for name, value in found.items():
        try:
            kind, layer_name, outcome_name, last = name.decode().split(":", 3)
            layer, outcome, number = Layer(layer_name), Outcome(outcome_name), int(value)
            if kind == "n":
                batch.outcomes[layer, outcome, last] = number
            elif kind == "t" and 0 <= int(last) <= LAST:
                batch.times[layer, outcome, int(last)] = number
        except ValueError:
            continue
    return batch
