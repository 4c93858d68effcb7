"""How long an answer stays fresh."""

from __future__ import annotations

from predictions.cache.lifetime import fresh_until


def test_an_answer_stays_fresh_for_its_ttl() -> None:
    assert fresh_until(now=100.0, ttl=60.0) == 160.0


def test_no_answer_stays_fresh_past_kickoff() -> None:
    assert fresh_until(now=100.0, ttl=60.0, ends_at=130.0) == 130.0


def test_a_kickoff_far_off_does_not_lengthen_the_ttl() -> None:
    assert fresh_until(now=100.0, ttl=60.0, ends_at=1000.0) == 160.0
