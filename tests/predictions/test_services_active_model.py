"""Which model answers: the one that is active, whoever has activated it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks

from matches.models import League, Match
from predictions import services
from predictions.cache import keys
from predictions.cache.answers import Source
from predictions.cache.invalidation import purge
from predictions.ml import registry
from predictions.ml.active import ActiveModel, NoActiveModel, forget_active_model
from predictions.models import TrainedModel
from tests.integration.servers import RedisServer
from tests.predictions.asking import UNKNOWN, body_of
from tests.predictions.conftest import fill_up
from tests.predictions.ml.conftest import registered

pytestmark = pytest.mark.django_db


class TestWhichModelIsActive:
    @pytest.fixture
    def another(self, known: ActiveModel) -> TrainedModel:
        """A candidate, of which this process knows nothing."""
        return registered()

    def test_one_that_another_process_activates_answers_from_the_next_read_on(
        self,
        another: TrainedModel,
        known: ActiveModel,
        fixture: Match,
        now: datetime,
        django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
    ) -> None:
        assert body_of(fixture, now)["model"]["version"] == known.version
        with django_capture_on_commit_callbacks(execute=True):
            registry.activate(another.version)
        assert body_of(fixture, now)["model"]["version"] == another.version
        assert services.predict(fixture.pk, now=now).source is Source.HIT

    def test_rolling_back_finds_the_former_answers_again(
        self, another: TrainedModel, known: ActiveModel, fixture: Match, now: datetime
    ) -> None:
        first = services.predict(fixture.pk, now=now)
        for version in (another.version, known.version):
            registry.activate(version)
            purge([keys.ACTIVE_MODEL])
            services.predict(fixture.pk, now=now)
        again = services.predict(fixture.pk, now=now)
        assert (again.source, again.entry) == (Source.HIT, first.entry)

    def test_as_long_as_nothing_is_purged_nobody_is_asked(
        self, another: TrainedModel, known: ActiveModel, fixture: Match, now: datetime
    ) -> None:
        TrainedModel.objects.all().update(status="retired")  # the purge is yet to come
        assert services.predict(fixture.pk, now=now).entry.model == known.version

    def test_a_lost_generation_costs_one_query(
        self,
        known: ActiveModel,
        fixture: Match,
        now: datetime,
        empty_cache: Any,
        django_assert_num_queries: DjangoAssertNumQueries,
    ) -> None:
        services.predict(fixture.pk, now=now)
        empty_cache.delete(keys.generation(keys.ACTIVE_MODEL))
        with django_assert_num_queries(1):
            assert services.predict(fixture.pk, now=now).source is Source.HIT
        with django_assert_num_queries(0):
            assert services.predict(fixture.pk, now=now).source is Source.HIT

    def test_a_process_that_knows_none_yet_finds_what_is_cached(
        self, known: ActiveModel, fixture: Match, now: datetime
    ) -> None:
        services.predict(fixture.pk, now=now)
        forget_active_model()
        assert services.predict(fixture.pk, now=now).source is Source.HIT

    def test_when_redis_refuses_to_store_a_generation_the_database_is_asked_each_time(
        self,
        own_server: RedisServer,
        known: ActiveModel,
        fixture: Match,
        now: datetime,
        empty_cache: Any,
        django_assert_num_queries: DjangoAssertNumQueries,
    ) -> None:
        services.predict_many([UNKNOWN, fixture.pk], now=now)
        purge([keys.ACTIVE_MODEL])
        fill_up(own_server)
        for _ in range(2):
            with django_assert_num_queries(1):
                assert services.predict(fixture.pk, now=now).source is Source.HIT

    @pytest.mark.usefixtures("no_model")
    def test_that_there_is_none_is_asked_once_too(
        self, league: League, now: datetime, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        with django_assert_num_queries(1):
            for _ in range(3):
                with pytest.raises(NoActiveModel):
                    services.predict(1, now=now)
