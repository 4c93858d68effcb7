from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from predictions.ml.learnt import Learnt


@given(st.sets(st.integers(1, 60)))
def test_it_holds_what_it_was_made_of_and_nothing_else(ids: set[int]) -> None:
    learnt = Learnt.of(ids)
    assert {pk for pk in range(62) if pk in learnt} == ids
    assert Learnt(learnt.ranges).ranges == learnt.ranges


def test_ids_that_follow_each_other_are_one_pair() -> None:
    assert Learnt.of([5, 3, 4, 9, 4, 10_000]).ranges == [(3, 5), (9, 9), (10_000, 10_000)]
