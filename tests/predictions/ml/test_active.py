"""The model that a process serves: as long as a token stays the same so does the model, and nobody is asked."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.db.models import JSONField, Value
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from predictions.ml import artefacts, registry
from predictions.ml.active import ActiveModelWatch, NoActiveModel, active_model, forget_active_model, known_model
from predictions.ml.features import Features
from predictions.models import TrainedModel
from tests.predictions.ml.conftest import NOW, registered, training_set

pytestmark = pytest.mark.django_db

FIRST, SECOND, THIRD = b"first", b"second", b"third"


class Clock:
    """Shows what it is set to."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(settings: Settings) -> Clock:
    settings.MODEL_RETRY_SECONDS = 2.0
    return Clock()


@pytest.fixture
def watch(clock: Clock) -> ActiveModelWatch:
    return ActiveModelWatch(clock)


def _activated(days: int = 0) -> TrainedModel:
    return registry.activate(registered(trained_at=NOW + timedelta(days=days)).version)


def test_the_active_model_is_loaded_with_what_is_known_of_it(watch: ActiveModelWatch) -> None:
    row = _activated()
    model = watch.get()

    assert (model.version, model.digest, model.trained_at) == (row.version, row.digest, NOW)
    assert (model.learnt.ranges, model.scores) == (row.learnt_from, row.scores)
    [strongest] = training_set(1).features[[training_set(1).features[:, 0].argmax()]].tolist()
    assert model.predict([Features(*strongest)])[0].home > 0.5


def test_without_an_active_model_it_says_what_to_do(watch: ActiveModelWatch) -> None:
    registered()
    with pytest.raises(NoActiveModel, match=r"Train one: manage\.py train_model"):
        watch.get()


def test_as_long_as_the_token_stays_the_same_the_database_is_asked_once(
    watch: ActiveModelWatch, clock: Clock, django_assert_num_queries: Any
) -> None:
    _activated()
    with django_assert_num_queries(1):
        for _ in range(5):
            watch.get(FIRST)
            clock.now += 3600


def test_another_token_asks_the_database_once(watch: ActiveModelWatch, django_assert_num_queries: Any) -> None:
    _activated()
    watch.get(FIRST)
    with django_assert_num_queries(1):
        for _ in range(5):
            watch.get(SECOND)


def test_without_a_token_the_database_is_asked_each_time(
    watch: ActiveModelWatch, django_assert_num_queries: Any
) -> None:
    _activated()
    watch.get(FIRST)
    with django_assert_num_queries(3):
        for _ in range(3):
            watch.get()


def test_what_was_learnt_without_a_token_holds_under_none(
    watch: ActiveModelWatch, django_assert_num_queries: Any
) -> None:
    _activated()
    watch.get(FIRST)
    _activated(days=1)
    watch.get()
    with django_assert_num_queries(1):
        watch.get(FIRST)


def test_who_asks_without_a_token_takes_nothing_from_who_has_one(
    watch: ActiveModelWatch, django_assert_num_queries: Any
) -> None:
    _activated()
    watch.get(FIRST)
    watch.get()
    with django_assert_num_queries(0):
        watch.get(FIRST)


def test_that_there_is_none_is_asked_no_more_often(watch: ActiveModelWatch, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        for _ in range(5):
            with pytest.raises(NoActiveModel):
                watch.get(FIRST)
    _activated()

    assert watch.get(SECOND)


def test_a_model_is_loaded_once_as_long_as_it_is_active(watch: ActiveModelWatch) -> None:
    _activated()
    model = watch.get(FIRST)

    assert watch.get(SECOND) is model
    assert watch.get() is model


def test_a_new_model_takes_over_with_the_next_token(watch: ActiveModelWatch) -> None:
    old = _activated()
    watch.get(FIRST)
    new = _activated(days=1)

    assert watch.get(FIRST).version == old.version
    assert watch.get(SECOND).version == new.version


def test_what_was_served_last_is_known_without_asking(watch: ActiveModelWatch, django_assert_num_queries: Any) -> None:
    assert watch.known is None
    _activated()
    model = watch.get(FIRST)
    _activated(days=1)
    with django_assert_num_queries(0):
        assert watch.known is model


def test_a_model_retired_without_a_successor_is_served_no_more(watch: ActiveModelWatch) -> None:
    _activated()
    watch.get(FIRST)
    TrainedModel.objects.update(status="retired")

    with pytest.raises(NoActiveModel):
        watch.get(SECOND)
    assert watch.known is None


def test_the_old_model_goes_on_if_the_new_one_can_not_be_loaded(
    watch: ActiveModelWatch, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    old = _activated()
    watch.get(FIRST)
    new = _activated(days=1)
    artefacts.path_of(new.sha256).unlink()
    with caplog.at_level(logging.ERROR):
        for _ in range(3):
            assert watch.get(SECOND).version == old.version
            clock.now += 2

    [record] = caplog.records  # once, not at each look
    assert new.version in record.getMessage()
    assert "can't be read" in record.getMessage()


@pytest.mark.parametrize(
    "change",
    [
        {"scores": [1]},
        {"scores": {"confidence": [{"from": 0.1}]}},
        {"library_versions": []},
        {"feature_names": None},
        {"learnt_from": [1]},
    ],
)
def test_the_old_model_goes_on_if_the_row_of_the_new_one_was_tampered_with(
    watch: ActiveModelWatch, change: dict[str, Any]
) -> None:
    old = _activated()
    watch.get(FIRST)
    new = _activated(days=1)
    for name, value in change.items():
        setattr(new, name, value if value is not None else Value(None, JSONField()))
    new.save()

    assert watch.get(SECOND).version == old.version


def test_one_that_can_not_be_loaded_is_tried_again_after_a_while_and_not_before(
    watch: ActiveModelWatch, clock: Clock, django_assert_num_queries: Any
) -> None:
    old = _activated()
    watch.get(FIRST)
    new = _activated(days=1)
    artefact = artefacts.path_of(new.sha256)
    content = artefact.read_bytes()
    artefact.unlink()
    watch.get(SECOND)
    artefact.write_bytes(content)
    clock.now += 1.9
    with django_assert_num_queries(0):
        assert watch.get(SECOND).version == old.version
    clock.now += 0.1

    assert watch.get(SECOND).version == new.version


def test_another_that_is_activated_after_one_that_can_not_be_loaded_is_served_at_once(watch: ActiveModelWatch) -> None:
    _activated()
    watch.get(FIRST)
    artefacts.path_of(_activated(days=1).sha256).unlink()
    watch.get(SECOND)
    newest = _activated(days=2)

    assert watch.get(THIRD).version == newest.version


def test_a_model_that_can_not_be_loaded_is_none_and_the_reason_is_told(
    watch: ActiveModelWatch, clock: Clock, django_assert_num_queries: Any
) -> None:
    row = _activated()
    artefact = artefacts.path_of(row.sha256).read_bytes()
    artefacts.path_of(row.sha256).unlink()
    with django_assert_num_queries(2):  # which model is active, and whether the database holds the artefact
        for _ in range(3):
            with pytest.raises(NoActiveModel, match=f"{row.version}: .* can't be read"):
                watch.get(FIRST)
    artefacts.path_of(row.sha256).write_bytes(artefact)
    clock.now += 2

    assert watch.get(FIRST).version == row.version


@pytest.mark.django_db(transaction=True)
def test_the_model_outlives_the_database(watch: ActiveModelWatch, clock: Clock, settings: Settings) -> None:
    _activated()
    model = watch.get(FIRST)
    with _unreachable():
        assert watch.get(SECOND) is model
        with pytest.raises(OperationalError):
            ActiveModelWatch(clock).get()
    clock.now += 2

    assert watch.get(SECOND) is model


@pytest.mark.django_db(transaction=True)
def test_what_could_not_be_asked_is_asked_when_the_database_is_back(watch: ActiveModelWatch, clock: Clock) -> None:
    _activated()
    watch.get(FIRST)
    new = _activated(days=1)
    with _unreachable():
        watch.get(SECOND)
    clock.now += 2

    assert watch.get(SECOND).version == new.version


class _unreachable:  # noqa: N801
    """The database's address is a port on which nobody listens."""

    def __enter__(self) -> None:
        connection.close()
        self._port, connection.settings_dict["PORT"] = connection.settings_dict["PORT"], 1

    def __exit__(self, *error: object) -> None:
        connection.close()
        connection.settings_dict["PORT"] = self._port


def test_who_forgets_looks_again(watch: ActiveModelWatch) -> None:
    _activated()
    watch.get(FIRST)
    new = _activated(days=1)
    watch.forget()

    assert watch.known is None
    assert watch.get(FIRST).version == new.version


def test_the_process_has_one_watch() -> None:
    row = _activated()

    assert active_model(FIRST) is active_model(FIRST) is known_model()
    assert active_model(FIRST).version == row.version
    TrainedModel.objects.all().delete()
    forget_active_model()
    with pytest.raises(NoActiveModel):
        active_model(FIRST)


@pytest.fixture
def looking(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Event, Event]]:
    """Loading takes as long as is wanted: set as soon as somebody loads; goes on when the other is set."""
    begun, go_on, load = Event(), Event(), registry.load

    def slowly(row: TrainedModel) -> Any:
        begun.set()
        assert go_on.wait(20)
        return load(row)

    monkeypatch.setattr(registry, "load", slowly)
    yield begun, go_on
    go_on.set()


@pytest.mark.django_db(transaction=True)
def test_threads_that_start_together_load_once(watch: ActiveModelWatch, looking: tuple[Event, Event]) -> None:
    looking[1].set()
    _activated()

    def get() -> Any:
        try:
            with CaptureQueriesContext(connection) as queries:
                return watch.get(FIRST), len(queries)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        got = [done.result(20) for done in [pool.submit(get) for _ in range(8)]]

    assert len({id(model) for model, _ in got}) == 1
    assert sum(count for _, count in got) == 1


@pytest.mark.django_db(transaction=True)
def test_while_one_thread_loads_those_with_the_old_token_go_on_with_what_they_have(
    watch: ActiveModelWatch, looking: tuple[Event, Event]
) -> None:
    begun, go_on = looking
    go_on.set()
    old = _activated()
    watch.get(FIRST)
    new = _activated(days=1)
    begun.clear()
    go_on.clear()

    def get() -> Any:
        try:
            return watch.get(SECOND)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        loader = pool.submit(get)
        assert begun.wait(20)
        assert watch.get(FIRST).version == old.version
        go_on.set()
        assert loader.result(20).version == new.version

    assert watch.get(SECOND).version == new.version


@pytest.mark.django_db(transaction=True)
def test_an_older_token_that_looks_later_brings_back_no_older_model(watch: ActiveModelWatch) -> None:
    _activated()
    watch.get(FIRST)
    new = _activated(days=1)
    watch.get(SECOND)

    assert watch.get(FIRST).version == new.version
    assert watch.get(SECOND).version == new.version
