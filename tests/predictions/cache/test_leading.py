"""The leader of a flight: what it sends, and what it leaves behind when something goes wrong."""

from __future__ import annotations

from typing import Any

import pytest
from pytest_django import Settings

from predictions.cache import admission, keys, leading
from predictions.cache import entry as entries
from predictions.cache.admission import Overloaded
from predictions.cache.answers import Answer, Source, Task
from predictions.cache.flights import Boarding
from predictions.cache.gate import gate
from predictions.cache.invalidation import purge
from predictions.cache.store import Found, Place
from tests.integration.servers import RedisServer
from tests.predictions.cache.conftest import MATCH, NOW, PLACE, TTL, Clock, Computing, leased, part_key, place_of
from tests.predictions.cache.leaders import LEASE_KEY, Led, Pauses, filled_elsewhere, found
from tests.predictions.conftest import Counted, RoundTrips, fill_up


@pytest.fixture
def led(task: Task) -> Led:
    return Led(task, PLACE)


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch, clock: Clock) -> Pauses:
    pauses = Pauses(clock)
    monkeypatch.setattr(leading, "sleep", pauses)
    return pauses


class TestComputing:
    def test_many_are_one_round_of_claims_one_computation_and_one_round_of_fills(
        self, task: Task, computing: Computing, round_trips: RoundTrips
    ) -> None:
        places = [place_of(match_id) for match_id in (1, 2, 3)]
        answers = Led(task, *places).lead()
        assert computing.calls == [[1, 2, 3]]
        assert round_trips.count == 2
        assert [answers[place].entry.body for place in places] == [b"1, call 1", b"2, call 1", b"3, call 1"]
        assert [found(place) for place in places] == [Found.FRESH] * 3

    def test_generations_and_leases_are_taken_before_anything_is_read(
        self, led: Led, computing: Computing, empty_cache: Any
    ) -> None:
        seen: list[bytes] = []
        computing.meanwhile = lambda: seen.extend(empty_cache.get(key) for key in (keys.generation(MATCH), LEASE_KEY))
        led.lead()
        [generation, lease] = seen
        assert computing.held == [{MATCH: generation}]
        assert lease.startswith(generation)

    def test_the_answer_is_stored_and_says_so(self, led: Led) -> None:
        answer = led.lead()[PLACE]
        assert (answer.source, answer.stored, answer.collapsed) == (Source.MISS, True, False)
        assert (answer.entry.model, answer.entry.league, answer.entry.stored_at) == ("a model", "en.1", NOW)
        assert led.shared() == answer

    def test_parts_are_stored_along_in_the_same_round(
        self, led: Led, computing: Computing, round_trips: RoundTrips
    ) -> None:
        computing.with_parts = True
        led.lead()
        assert round_trips.count == 2
        assert found(Place(MATCH, part_key(MATCH))) is Found.FRESH

    def test_who_comes_while_it_computes_shares_what_is_stored(self, led: Led, computing: Computing) -> None:
        late: list[Boarding[Answer]] = []
        computing.meanwhile = lambda: late.append(led.join())
        assert led.lead()[PLACE] == late[0].answer()

    def test_a_refused_fill_is_an_answer_for_those_only_who_came_before_anything_was_read(
        self, led: Led, computing: Computing, counted: Counted
    ) -> None:
        late: list[Boarding[Answer]] = []

        def overtaken() -> None:
            late.append(led.join())
            purge([MATCH])

        computing.meanwhile = overtaken
        answer = led.lead()[PLACE]
        assert (answer.source, answer.stored) == (Source.MISS, False)
        assert led.shared() == answer
        assert late[0].answer() is None
        assert found() is Found.NOTHING
        assert counted()["refused_fill"] == 1

    def test_what_ends_at_once_is_an_answer_but_no_refused_fill(
        self, led: Led, computing: Computing, counted: Counted
    ) -> None:
        computing.ttl = computing.grace = 0
        answer = led.lead()[PLACE]
        assert (answer.source, answer.stored) == (Source.MISS, False)
        assert "refused_fill" not in counted()

    def test_an_absence_beyond_the_cap_is_an_answer_of_which_nothing_is_left(
        self, led: Led, computing: Computing, counted: Counted, settings: Settings, empty_cache: Any
    ) -> None:
        settings.ABSENCES_PER_MINUTE = 0
        computing.absent = True
        answer = led.lead()[PLACE]
        assert (answer.entry.is_absence, answer.stored) == (True, False)
        assert empty_cache.client.get_client().dbsize() == 0
        assert counted() == {"absence_not_kept": 1}

    def test_an_error_is_everybodys_and_the_lease_is_dropped(
        self, led: Led, computing: Computing, empty_cache: Any
    ) -> None:
        def fail() -> None:
            raise LookupError("no model")

        computing.meanwhile = fail
        with pytest.raises(LookupError):
            led.lead()
        with pytest.raises(LookupError):
            led.shared()
        assert empty_cache.get(LEASE_KEY) is None
        assert led.flights.board(PLACE.key).leads


class TestWhatCameMeanwhile:
    @pytest.mark.parametrize(("ttl", "source"), [(TTL, Source.HIT), (-1, Source.STALE)])
    def test_an_entry_that_came_since_it_was_looked_for_is_served(
        self, led: Led, computing: Computing, ttl: float, source: Source
    ) -> None:
        filled_elsewhere(leased(), ttl=ttl)
        answer = led.lead()[PLACE]
        assert (answer.source, answer.entry.body, answer.collapsed) == (source, b"from elsewhere", False)
        assert led.shared() == answer
        assert computing.calls == []

    @pytest.mark.parametrize("value", [b"123", b"garbage", b""])
    def test_what_came_and_can_not_be_served_is_replaced_without_waiting(
        self, led: Led, computing: Computing, pauses: Pauses, empty_cache: Any, value: bytes
    ) -> None:
        empty_cache.set(PLACE.key, value)
        assert led.lead()[PLACE].stored
        assert len(computing.calls) == 1
        assert pauses.seconds == []

    def test_what_came_and_is_void_already_is_replaced_without_waiting(
        self, led: Led, computing: Computing, pauses: Pauses
    ) -> None:
        filled_elsewhere(leased())
        purge([MATCH])
        assert led.lead()[PLACE].stored
        assert len(computing.calls) == 1
        assert pauses.seconds == []


class TestNoPlaceToCompute:
    def test_it_gives_up_and_lets_go_of_the_lease(self, led: Led, settings: Settings, empty_cache: Any) -> None:
        settings.MOST_COMPUTATIONS = settings.MOST_WAITERS = 1
        with admission.computing(patience=0), admission.waiting(), pytest.raises(Overloaded):
            led.lead()
        assert empty_cache.get(LEASE_KEY) is None
        assert led.shared() is None


class TestRedisAway:
    @pytest.mark.parametrize("way", ["found away", "gate closed", "lost at the claim"])
    def test_it_computes_and_keeps_nothing(
        self, led: Led, computing: Computing, way: str, request: pytest.FixtureRequest, round_trips: RoundTrips
    ) -> None:
        if way == "gate closed":
            gate.owe(True)
        if way == "lost at the claim":
            request.getfixturevalue("redis_away")
        answer = led.lead(away=way == "found away")[PLACE]
        assert (answer.source, answer.stored) == (Source.BYPASS, False)
        assert answer.entry.generation == entries.NO_GENERATION
        assert computing.held == [None]
        assert led.shared() == answer
        assert round_trips.count == 0

    def test_who_comes_while_it_computes_does_not_share(self, led: Led, computing: Computing) -> None:
        late: list[Boarding[Answer]] = []
        computing.meanwhile = lambda: late.append(led.join())
        led.lead(away=True)
        assert late[0].answer() is None

    def test_computations_are_limited_all_the_same(self, led: Led, settings: Settings) -> None:
        settings.MOST_COMPUTATIONS = settings.MOST_WAITERS = 1
        with admission.computing(patience=0), admission.waiting(), pytest.raises(Overloaded):
            led.lead(away=True)

    def test_if_it_goes_before_the_fill_the_answer_is_not_stored(self, led: Led, computing: Computing) -> None:
        late: list[Boarding[Answer]] = []

        def outage() -> None:
            late.append(led.join())
            gate.owe(True)

        computing.meanwhile = outage
        answer = led.lead()[PLACE]
        assert (answer.source, answer.stored) == (Source.MISS, False)
        assert led.shared() == answer
        assert late[0].answer() is None

    def test_if_it_goes_before_an_error_the_error_is_what_is_raised(self, led: Led, computing: Computing) -> None:
        def fail() -> None:
            gate.owe(True)
            raise LookupError("no model")

        computing.meanwhile = fail
        with pytest.raises(LookupError):
            led.lead()

    def test_a_full_redis_is_not_away(self, own_server: RedisServer, task: Task, counted: Counted) -> None:
        led = Led(task, PLACE)
        fill_up(own_server)
        answer = led.lead()[PLACE]
        assert (answer.source, answer.stored) == (Source.MISS, False)
        assert gate.allows()
        assert counted() == {"error": 1}
