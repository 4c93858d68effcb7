"""The service without Redis, inside a transaction, and with too many who ask."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.db import transaction
from pytest_django import Settings

from matches.models import Match, Team
from predictions import services
from predictions.cache import admission, keys
from predictions.cache.admission import Overloaded
from predictions.cache.answers import Source
from predictions.cache.background import background
from predictions.cache.gate import gate
from predictions.cache.invalidation import purge
from predictions.ml import registry
from predictions.ml.active import ActiveModel
from tests.integration.servers import RedisServer
from tests.predictions.asking import UNKNOWN, body_of, same, upcoming
from tests.predictions.conftest import Counted, RoundTrips, fill_up
from tests.predictions.ml.conftest import registered

pytestmark = pytest.mark.django_db


class TestRedisAway:
    @pytest.mark.usefixtures("redis_away")
    def test_the_model_answers_all_the_same(self, fixture: Match, now: datetime, counted: Counted) -> None:
        answers = [services.predict(fixture.pk, now=now) for _ in range(2)]
        assert [(answer.source, answer.stored) for answer in answers] == [(Source.BYPASS, False)] * 2
        assert same(answers[0].entry.body, answers[1].entry.body)
        assert counted()["bypass"] == 2

    def test_while_a_purge_is_owed_redis_is_not_read(
        self, known: ActiveModel, fixture: Match, now: datetime, round_trips: RoundTrips
    ) -> None:
        services.predict(fixture.pk, now=now)
        round_trips.reset()
        gate.owe(True)
        assert services.predict(fixture.pk, now=now).source is Source.BYPASS
        assert round_trips.count == 0
        gate.owe(False)
        assert services.predict(fixture.pk, now=now).source is Source.HIT

    def test_which_model_is_active_the_database_says_meanwhile(
        self, known: ActiveModel, fixture: Match, now: datetime
    ) -> None:
        another = registered()
        registry.activate(another.version)
        gate.owe(True)
        assert services.predict(fixture.pk, now=now).entry.model == another.version

    def test_a_model_activated_during_an_outage_answers_after_it(
        self, known: ActiveModel, fixture: Match, now: datetime
    ) -> None:
        services.predict(fixture.pk, now=now)
        another = registered()
        gate.owe(True)
        registry.activate(another.version)
        services.predict(fixture.pk, now=now)
        purge([keys.ACTIVE_MODEL])
        gate.owe(False)
        assert services.predict(fixture.pk, now=now).entry.model == another.version

    def test_a_full_redis_goes_on_serving(self, own_server: RedisServer, known: ActiveModel, now: datetime) -> None:
        cached, missing = upcoming(2)
        services.predict(cached.pk, now=now)
        fill_up(own_server)
        answers = services.predict_many([cached.pk, missing.pk], now=now)
        assert [answers[match.pk].source for match in (cached, missing)] == [Source.HIT, Source.MISS]
        assert not answers[missing.pk].stored


class TestInsideATransaction:
    """Of the caller: what it sees nobody else may see, or everybody has seen the last of it."""

    @pytest.mark.django_db(transaction=True)
    def test_nothing_is_read_from_redis_or_written_to_it(
        self, known: ActiveModel, fixture: Match, now: datetime, round_trips: RoundTrips
    ) -> None:
        services.predict(fixture.pk, now=now)
        round_trips.reset()
        with transaction.atomic():
            answer = services.predict(fixture.pk, now=now)
            assert services.predict(UNKNOWN, now=now).entry.is_absence
        assert (answer.source, answer.stored) == (Source.BYPASS, False)
        assert round_trips.count == 0

    @pytest.mark.django_db(transaction=True)
    def test_what_is_not_committed_is_in_the_answer_and_nowhere_else(
        self, known: ActiveModel, fixture: Match, now: datetime
    ) -> None:
        background.drop_queued()
        with transaction.atomic():
            Team.objects.filter(pk=fixture.home_team_id).update(name="Only here")
            assert body_of(fixture, now)["match"]["home_team"]["name"] == "Only here"
            assert background.run_queued() == 0
            transaction.set_rollback(True)
        assert body_of(fixture, now)["match"]["home_team"]["name"] == fixture.home_team.name

    @pytest.mark.django_db(transaction=True)
    def test_computations_are_limited_all_the_same(self, known: ActiveModel, now: datetime, settings: Settings) -> None:
        settings.MOST_COMPUTATIONS = settings.MOST_WAITERS = 1
        with admission.computing(patience=0), admission.waiting(), transaction.atomic(), pytest.raises(Overloaded):
            services.predict(UNKNOWN, now=now)

    def test_a_tests_own_transaction_is_none(self, known: ActiveModel, fixture: Match, now: datetime) -> None:
        assert services.predict(fixture.pk, now=now).stored


class TestTooMany:
    def test_who_finds_no_place_is_told_to_come_back_and_counted(
        self, known: ActiveModel, now: datetime, settings: Settings, counted: Counted
    ) -> None:
        settings.MOST_COMPUTATIONS = settings.MOST_WAITERS = 1
        first, second = upcoming(2)
        with admission.computing(patience=0), admission.waiting(), pytest.raises(Overloaded) as caught:
            services.predict_many([first.pk, second.pk], now=now)
        assert caught.value.retry_after > 0
        assert counted()["overloaded"] == 2

    def test_what_is_cached_is_served_all_the_same(
        self, known: ActiveModel, fixture: Match, now: datetime, settings: Settings
    ) -> None:
        services.predict(fixture.pk, now=now)
        settings.MOST_COMPUTATIONS = settings.MOST_WAITERS = 1
        with admission.computing(patience=0), admission.waiting():
            assert services.predict(fixture.pk, now=now).source is Source.HIT
