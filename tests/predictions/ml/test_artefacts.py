"""Artefacts are kept in a folder or in the database, and found wherever they are."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks, Settings

from predictions.ml import artefacts, registry
from predictions.ml.artefacts import Unreadable
from predictions.models import ModelArtefact, TrainedModel
from tests.predictions.ml.conftest import NOW, registered

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]

HASH, OTHER = "a" * 64, "b" * 64
STORES = ["directory", "database"]


@pytest.fixture(params=STORES)
def storage(request: pytest.FixtureRequest, settings: Settings) -> str:
    settings.MODEL_STORAGE = request.param
    return str(request.param)


@pytest.mark.usefixtures("storage")
class TestInEitherStore:
    def test_what_was_written_is_read(self) -> None:
        artefacts.write(HASH, b"\x00\xff")

        assert artefacts.read(HASH) == b"\x00\xff"

    def test_written_again_it_is_replaced(self) -> None:
        for content in (b"first", b"second"):
            artefacts.write(HASH, content)

        assert artefacts.read(HASH) == b"second"

    def test_what_is_not_there_is_named(self) -> None:
        artefacts.write(HASH, b"content")
        with pytest.raises(Unreadable, match=OTHER):
            artefacts.read(OTHER)

    def test_what_was_deleted_is_gone_and_may_be_deleted_again(self) -> None:
        artefacts.write(HASH, b"content")
        for _ in range(2):
            artefacts.delete(HASH)
        with pytest.raises(Unreadable):
            artefacts.read(HASH)

    def test_a_model_is_registered_and_loaded(self) -> None:
        assert registry.load(registered()).pure.n_features_in_ > 0

    def test_the_artefact_of_a_deleted_model_goes_with_it(
        self, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
    ) -> None:
        row, kept = registered(), registered(trained_at=NOW + timedelta(days=1))
        with django_capture_on_commit_callbacks(execute=True):
            TrainedModel.objects.filter(pk=row.pk).delete()

        assert artefacts.read(kept.sha256)
        with pytest.raises(Unreadable):
            artefacts.read(row.sha256)

    def test_an_artefact_that_another_model_has_too_is_kept(
        self, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
    ) -> None:
        row = registered()
        twin = TrainedModel.objects.get(pk=row.pk)
        twin.pk, twin.version = None, "the same again"
        twin.save()
        with django_capture_on_commit_callbacks(execute=True):
            row.delete()
        assert registry.load(twin)
        with django_capture_on_commit_callbacks(execute=True):
            twin.delete()
        with pytest.raises(Unreadable):
            artefacts.read(twin.sha256)


def test_in_the_database_no_file_is_written(settings: Settings, model_directory: Path) -> None:
    settings.MODEL_STORAGE = "database"
    registered()

    assert not model_directory.exists()


def test_a_file_can_be_read_by_whoever_serves() -> None:
    assert artefacts.path_of(registered().sha256).stat().st_mode & 0o777 == 0o644


def test_in_the_folder_no_row_is_written() -> None:
    registered()

    assert not ModelArtefact.objects.exists()


@pytest.mark.parametrize(("before", "after"), [STORES, STORES[::-1]])
def test_after_another_setting_it_is_found_where_it_was(before: str, after: str, settings: Settings) -> None:
    settings.MODEL_STORAGE = before
    row = registered()
    settings.MODEL_STORAGE = after

    assert registry.load(row)


def test_activating_brings_an_artefact_to_where_the_setting_says(settings: Settings) -> None:
    row = registered()
    settings.MODEL_STORAGE = "database"
    registry.activate(row.version)
    artefacts.path_of(row.sha256).unlink()  # as on another machine

    assert registry.load(row)


def test_a_tampered_row_is_refused_as_a_tampered_file_is(settings: Settings) -> None:
    settings.MODEL_STORAGE = "database"
    row = registered()
    artefact = ModelArtefact.objects.get()
    artefact.content = bytes(artefact.content)[:-1] + b"\x01"
    artefact.save()
    with pytest.raises(registry.ArtefactChanged):
        registry.load(row)


def test_listing_models_reads_no_artefacts(
    settings: Settings, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    settings.MODEL_STORAGE = "database"
    registered()
    with django_assert_num_queries(1) as queries:
        list(TrainedModel.objects.all())

    assert ModelArtefact._meta.db_table not in queries.captured_queries[0]["sql"]


def test_an_artefact_that_can_not_take_its_place_leaves_no_part_of_it(model_directory: Path) -> None:
    (artefacts.path_of(HASH) / "a folder is there already").mkdir(parents=True)
    with pytest.raises(OSError, match="directory"):
        artefacts.write(HASH, b"content")

    assert [path.name for path in model_directory.iterdir()] == [f"{HASH}.skops"]
