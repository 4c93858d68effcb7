"""Who can't pay holds nobody up who can."""

from __future__ import annotations

import pytest
from django.utils import timezone

from predictions import services
from predictions.cache.answers import Answer, Source
from predictions.cache.throttle import Throttled, Toll
from tests.integration.interleavings.football import (
    UNKNOWN,
    Football,
    ask,
    must_be_true,
    new_readers_are_told_the_truth,
)
from tests.integration.interleavings.scheduling import claiming, following, scheduled

POOR, RICH = Toll("key:1", 1), Toll("key:2", 100)


def _asks(match_id: int, toll: Toll) -> Answer:
    return services.predict(match_id, now=timezone.now(), toll=toll)


def _is_refused(match_id: int) -> None:
    with pytest.raises(Throttled):
        _asks(match_id, POOR)


@pytest.mark.parametrize("match", ["a match", "no match"])
def test_who_shares_the_flight_of_one_that_can_not_pay_goes_on_without_it(football: Football, match: str) -> None:
    match_id = football.fixture.pk if match == "a match" else UNKNOWN
    services.charge(POOR, 1)
    with scheduled(football) as schedule:
        schedule.actor("a:poor", lambda: _is_refused(match_id))
        schedule.actor("a:rich", lambda: _asks(match_id, RICH))
        schedule.run("a:poor").until(claiming())
        schedule.run("a:rich").until(following())
        schedule.run("a:poor").to_the_end()
        answer = schedule.run("a:rich").to_the_end()
        assert (answer.source, answer.stored) == (Source.MISS, True)
        must_be_true(answer, match_id)


def test_another_process_takes_over_at_once_from_one_that_can_not_pay(football: Football) -> None:
    match = football.fixture
    services.charge(POOR, 1)
    with scheduled(football) as schedule:
        schedule.actor("a:poor", lambda: _is_refused(match.pk))
        schedule.actor("b:rich", lambda: _asks(match.pk, RICH))
        schedule.run("a:poor").past(claiming())
        schedule.run("b:rich").past(claiming())  # the lease is held
        schedule.run("a:poor").to_the_end()
        must_be_true(schedule.run("b:rich").to_the_end(), match)
        new_readers_are_told_the_truth(match)


def test_who_waits_for_another_process_pays_nothing(football: Football) -> None:
    match = football.fixture
    with scheduled(football) as schedule:
        schedule.actor("a:reader", lambda: ask(match))
        schedule.actor("b:poor", lambda: _asks(match.pk, POOR))
        schedule.run("a:reader").past(claiming())
        schedule.run("b:poor").past(claiming())
        schedule.run("a:reader").to_the_end()
        assert schedule.run("b:poor").to_the_end().collapsed
    services.charge(POOR, 1)
