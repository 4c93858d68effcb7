"""The judge of the randomised tests: what it lets pass, and what not."""

from __future__ import annotations

from typing import Any

import pytest

from tests.integration.randomised.judge import History
from tests.integration.randomised.reader import Read
from tests.integration.randomised.said import Said
from tests.integration.randomised.writer import Written

MATCH = 7
KICKOFF = 1e9


def written(begun: int, ended: int, match: str | None, **others: Any) -> Written:
    """A change of the one match, whose predictions are numbered like the match itself."""
    state = None if match is None else (match, {"m": f"p{match}", "n": f"q{match}"}, others.pop("ttl", 60))
    parts = {"what": "change", "pending": [], "active": "m", "settled": []} | others
    return Written(begun=begun, ended=ended, matches={MATCH: state}, **parts)


def read(begun: int, ended: int, match: str | None, **others: Any) -> Read:
    """An answer about it, given a while before kickoff."""
    parts: dict[str, Any] = {"model": "m", "prediction": f"p{match}", "kickoff": KICKOFF, "kind": "before"} | others
    times = {name: parts.pop(name, default) for name, default in (("ttl", 60.0), ("stale_until", KICKOFF))}
    asked_at = parts.pop("asked_at", KICKOFF - 100)
    what = None if match is None else Said(match=match, **parts)
    return Read(begun, ended, asked_at, asked_at + 1, MATCH, "hit", False, times["ttl"], times["stale_until"], what)


TWO = (written(0, 0, "1", what="begin"), written(100, 200, "2"))


@pytest.mark.parametrize(
    "answer",
    [read(50, 60, "1"), read(150, 160, "1"), read(150, 160, "2"), read(200, 300, "1"), read(201, 300, "2")],
    ids=["before", "old, meanwhile", "new, meanwhile", "old, asked before the purge was done", "after"],
)
def test_what_was_true_between_question_and_answer_is_right(answer: Read) -> None:
    assert not History(TWO).wrong(answer)


@pytest.mark.parametrize(
    "answer",
    [read(201, 300, "1"), read(50, 99, "2"), read(150, 160, "3"), read(201, 300, "2", prediction="p1")],
    ids=["old", "too early", "never true", "an old prediction of the new match"],
)
def test_what_was_not_is_wrong(answer: Read) -> None:
    assert History(TWO).wrong(answer)


def test_an_old_answer_may_be_given_until_its_purge_is_no_longer_owed() -> None:
    changes = [TWO[0], written(100, 200, "2", pending=["row"])]
    settled = Written("", 500, 500, [], "m", {}, ["row"])

    assert not History([*changes, settled]).wrong(read(490, 499, "1"))
    assert History([*changes, settled]).wrong(read(501, 510, "1"))
    assert not History(changes).wrong(read(900, 910, "1"))


def test_an_absence_may_not_outlive_the_create() -> None:
    other = Written("begin", 0, 0, [], "m", {8: ("1", {"m": "p"}, 60)})
    history = History([other, written(100, 200, "1")])

    assert not history.wrong(read(150, 250, None))
    assert history.wrong(read(201, 250, None))


def test_a_match_that_is_gone_may_not_be_answered() -> None:
    history = History([TWO[0], written(100, 200, None)])

    assert history.wrong(read(201, 250, "1"))
    assert not history.wrong(read(201, 250, None))


def test_only_the_active_model_may_answer() -> None:
    history = History([TWO[0], written(100, 200, "1", active="n")])

    assert history.wrong(read(201, 250, "1"))
    assert not history.wrong(read(201, 250, "1", model="n", prediction="q1"))


@pytest.mark.parametrize(
    ("others", "wrong"),
    [
        ({"asked_at": KICKOFF + 1}, True),
        ({"stale_until": KICKOFF + 1}, True),
        ({"kind": "retrospective"}, True),
        ({"kind": "retrospective", "asked_at": KICKOFF + 1}, False),
        ({"kind": "frozen", "asked_at": KICKOFF + 1, "model": "n", "prediction": "q1"}, False),
        ({"kind": "frozen", "asked_at": KICKOFF + 1, "prediction": "p3"}, True),
        ({"ttl": 61.0}, True),
    ],
)
def test_kickoff_and_ttl_are_kept(others: dict[str, Any], wrong: bool) -> None:
    assert bool(History(TWO).wrong(read(201, 300, "2", **{"prediction": "p2"} | others))) == wrong
