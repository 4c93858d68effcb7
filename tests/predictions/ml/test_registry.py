from __future__ import annotations

import hashlib
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Barrier

import numpy as np
import pytest
import skops.io
from django.db import IntegrityError, connection, transaction
from pytest_django import Settings
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, MinMaxScaler, StandardScaler

from predictions.ml import registry
from predictions.ml.estimator import predict
from predictions.ml.features import FEATURE_SCHEMA, Features
from predictions.models import TrainedModel
from tests.predictions.ml.conftest import NOW, fitted, registered, training_set

pytestmark = pytest.mark.django_db

MATCHES = [Features(1.0, 0.4, 0.1), Features(-2.0, 0.1, 0.5)]


def _path(row: TrainedModel) -> Path:
    return registry.artefact_path(row.sha256)


def _replace_artefact(row: TrainedModel, content: bytes) -> None:
    """As if this had been registered."""
    row.sha256 = hashlib.sha256(content).hexdigest()
    _path(row).write_bytes(content)


def test_what_is_loaded_predicts_what_was_registered() -> None:
    pipeline = fitted()
    row = registered(pipeline)

    assert predict(registry.load(row), MATCHES) == predict(pipeline, MATCHES)


def test_the_version_says_when_and_of_what() -> None:
    row = registered()

    assert re.fullmatch(r"20260304-[0-9a-f]{8}", row.version)
    assert row.version.endswith(row.digest[:8])
    assert (row.status, row.feature_schema) == ("candidate", FEATURE_SCHEMA)


def test_the_digest_follows_the_artefact_and_the_features() -> None:
    row = registered()
    digests = {row.digest}
    row.feature_schema = "other"
    digests.add(row.digest)
    row.sha256 = "0" * 64
    digests.add(row.digest)

    assert len(digests) == 3


def test_the_artefact_is_named_after_its_hash_and_nothing_else_is_left(model_directory: Path) -> None:
    row = registered()

    assert [path.name for path in model_directory.iterdir()] == [f"{row.sha256}.skops"]
    assert hashlib.sha256(_path(row).read_bytes()).hexdigest() == row.sha256


def test_a_folder_that_can_not_be_made_is_an_error_and_no_row_is_left(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    settings.MODEL_DIRECTORY = tmp_path / "file" / "models"
    with pytest.raises(OSError, match="Not a directory"):
        registered()

    assert not TrainedModel.objects.exists()


def test_an_artefact_that_can_not_take_its_place_leaves_no_part_of_it(model_directory: Path) -> None:
    target = model_directory / "taken"
    (target / "by a folder").mkdir(parents=True)
    with pytest.raises(OSError, match="directory"):
        registry._write(target, b"content")

    assert [path.name for path in model_directory.iterdir()] == ["taken"]


def test_a_missing_artefact_is_named() -> None:
    row = registered()
    _path(row).unlink()
    with pytest.raises(registry.ArtefactMissing, match=rf"{row.version}: .*{row.sha256}.skops can't be read \(No such"):
        registry.load(row)


@pytest.mark.parametrize("position", [0, 100, -1])
def test_an_artefact_with_one_bit_turned_is_not_parsed(position: int, monkeypatch: pytest.MonkeyPatch) -> None:
    row = registered()
    content = bytearray(_path(row).read_bytes())
    content[position] ^= 1
    _path(row).write_bytes(content)
    monkeypatch.delattr(skops.io, "loads")
    monkeypatch.delattr(skops.io, "get_untrusted_types")

    with pytest.raises(registry.ArtefactChanged, match="is not the file that was registered"):
        registry.load(row)


def test_other_features_are_named() -> None:
    row = registered()
    row.feature_schema = "0badf00d"
    with pytest.raises(registry.OtherFeatures, match=f"knows features 0badf00d, this code makes {FEATURE_SCHEMA}"):
        registry.load(row)


@pytest.mark.parametrize("library", ["python", "scikit-learn", "numpy", "skops"])
def test_each_other_version_is_named(library: str) -> None:
    row = registered()
    here = row.library_versions[library]
    row.library_versions = {**row.library_versions, library: "0.1"}
    with pytest.raises(registry.OtherVersions, match=re.escape(f"made with {library} 0.1 (here {here}). Train")):
        registry.load(row)


def test_a_type_that_is_not_trusted_is_named_and_not_loaded() -> None:
    row = registered()
    stranger = make_pipeline(FunctionTransformer(training_set), LogisticRegression())
    _replace_artefact(row, skops.io.dumps(stranger))
    with pytest.raises(registry.NotTheEstimator, match=r"not trusted: tests\.predictions\.ml\.conftest\.training_set"):
        registry.load(row)


@pytest.mark.parametrize("content", [b"", b"no zip", b"PK\x05\x06" + bytes(18)])
def test_a_file_that_is_no_skops_file_is_refused(content: bytes) -> None:
    row = registered()
    _replace_artefact(row, content)
    with pytest.raises(registry.NotTheEstimator, match="no skops file"):
        registry.load(row)


@pytest.mark.parametrize(
    "other", [make_pipeline(MinMaxScaler(), LogisticRegression()), LogisticRegression(), {"home": 0.4}]
)
def test_another_kind_of_estimator_is_refused(other: object) -> None:
    row = registered()
    _replace_artefact(row, skops.io.dumps(other))
    with pytest.raises(registry.NotTheEstimator, match="another kind of estimator"):
        registry.load(row)


@pytest.mark.parametrize(("columns", "names"), [(2, ["home", "draw", "away"]), (3, ["1", "X", "2"])])
def test_an_estimator_of_other_features_or_outcomes_is_refused(columns: int, names: list[str]) -> None:
    row = registered()
    rows = np.random.default_rng(1).normal(size=(30, columns))
    other = make_pipeline(StandardScaler(), LogisticRegression()).fit(rows, np.array(names * 10))
    _replace_artefact(row, skops.io.dumps(other))
    with pytest.raises(registry.NotTheEstimator, match="other features or outcomes"):
        registry.load(row)


def test_activating_retires_the_one_before_and_back_again() -> None:
    first, second = registered(), registered(trained_at=NOW + timedelta(days=1))
    for chosen, other in ((first, second), (second, first), (first, second)):
        assert registry.activate(chosen.version).status == "active"
        states = dict(TrainedModel.objects.values_list("version", "status"))
        assert states[chosen.version] == "active"
        assert states[other.version] != "active"

    assert states == {first.version: "active", second.version: "retired"}


def test_a_candidate_stays_one_when_another_is_activated() -> None:
    first, second = registered(), registered(trained_at=NOW + timedelta(days=1))
    registry.activate(second.version)

    assert TrainedModel.objects.get(pk=first.pk).status == "candidate"


def test_a_model_that_can_not_be_loaded_is_not_activated() -> None:
    good, bad = registered(), registered(trained_at=NOW + timedelta(days=1))
    registry.activate(good.version)
    _path(bad).unlink()
    with pytest.raises(registry.ArtefactMissing):
        registry.activate(bad.version)

    assert dict(TrainedModel.objects.values_list("version", "status"))[good.version] == "active"


def test_a_version_that_is_not_there_is_named() -> None:
    with pytest.raises(TrainedModel.DoesNotExist, match="no model 20200101-00000000"):
        registry.activate("20200101-00000000")


def test_the_database_allows_one_active_model() -> None:
    registry.activate(registered().version)
    second = registered(trained_at=NOW + timedelta(days=1))
    with pytest.raises(IntegrityError, match="trained_model_one_active"), transaction.atomic():
        TrainedModel.objects.filter(pk=second.pk).update(status="active")


@pytest.mark.parametrize(
    ("constraint", "fields"),
    [
        ("trained_model_status_known", {"status": "brilliant"}),
        ("trained_model_has_data", {"matches": 0}),
        ("trained_model_has_data", {"first_day": "2026-03-05"}),
    ],
)
def test_the_database_refuses_what_makes_no_sense(constraint: str, fields: dict[str, object]) -> None:
    row = registered()
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        TrainedModel.objects.filter(pk=row.pk).update(**fields)


@pytest.mark.django_db(transaction=True)
def test_of_two_activations_at_once_the_later_one_wins() -> None:
    rows = [registered(trained_at=NOW + timedelta(days=number)) for number in range(4)]
    registry.activate(rows[0].version)
    together = Barrier(3)

    def activate(version: str) -> None:
        try:
            together.wait(10)
            registry.activate(version)
        finally:
            connection.close()

    with ThreadPoolExecutor(3) as pool:
        for done in [pool.submit(activate, row.version) for row in rows[1:]]:
            done.result(20)

    assert sorted(TrainedModel.objects.values_list("status", flat=True)) == ["active", "retired", "retired", "retired"]
    assert TrainedModel.objects.get(pk=rows[0].pk).status == "retired"
