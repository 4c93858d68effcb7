"""Which matches a model has learnt from: their ids, thousands of them, in few words."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Container, Iterable, Sequence


class Learnt(Container[int]):
    """Ids of matches. Those of an import follow each other, so they are kept as first and last ones."""

    def __init__(self, ranges: Iterable[Sequence[int]]) -> None:
        """`ranges` are pairs of a first and a last id, in order and apart from each other."""
        self.ranges = [(first, last) for first, last in ranges]

    @classmethod
    def of(cls, ids: Iterable[int]) -> Learnt:
        """In any order."""
        ranges: list[list[int]] = []
        for pk in sorted(ids):
            if ranges and pk <= ranges[-1][1] + 1:
                ranges[-1][1] = pk
            else:
                ranges.append([pk, pk])
        return cls(ranges)

    def __contains__(self, pk: object) -> bool:
        at = bisect_right(self.ranges, pk, key=lambda both: both[0]) if isinstance(pk, int) else 0
        return at > 0 and pk <= self.ranges[at - 1][1]  # type: ignore[operator]
