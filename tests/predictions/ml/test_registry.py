from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from threading import Barrier, Event, Thread
from typing import Any

import pytest
import skops.io
from django.db import IntegrityError, connection, transaction
from pytest_django import Settings
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from predictions.ml import artefacts, registry
from predictions.ml.features import FEATURE_NAMES, FEATURE_SCHEMA, Features
from predictions.ml.fitting import fit_model
from predictions.ml.own_odds import OWN_ODDS_SCHEMA
from predictions.ml.prediction import predict
from predictions.models import TrainedModel
from tests.predictions.ml.conftest import NOW, registered, training_set

pytestmark = pytest.mark.django_db

MATCHES = [Features(*row) for row in training_set(1).features[:20].tolist()]
NO_ODDS = [None] * len(MATCHES)


def _path(row: TrainedModel) -> Path:
    return artefacts.path_of(row.sha256)


def _replace_artefact(row: TrainedModel, content: bytes) -> None:
    """As if this had been registered."""
    row.sha256 = hashlib.sha256(content).hexdigest()
    _path(row).write_bytes(content)


def test_what_is_loaded_predicts_what_was_registered() -> None:
    model = fit_model(training_set(1))
    loaded = registry.load(registered(model))

    assert predict(loaded, MATCHES, NO_ODDS) == predict(model, MATCHES, NO_ODDS)


def test_the_version_says_when_and_of_what() -> None:
    row = registered()

    assert re.fullmatch(r"20260304-[0-9a-f]{8}", row.version)
    assert row.version.endswith(row.digest[:8])
    assert (row.status, row.feature_schema) == ("candidate", FEATURE_SCHEMA)


def test_the_digest_follows_the_artefact_and_what_it_is_told() -> None:
    row = registered()
    digests = {row.digest}
    for field in ("feature_schema", "own_odds_schema", "sha256"):
        setattr(row, field, "other")
        digests.add(row.digest)

    assert len(digests) == 4


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
    monkeypatch.delattr(registry, "loads")

    with pytest.raises(registry.ArtefactChanged, match=f"{row.sha256} is not the one that was registered"):
        registry.load(row)


def test_other_features_are_named() -> None:
    row = registered()
    row.feature_schema, row.feature_names = "0badf00d", [*FEATURE_NAMES[1:], "form", "weather"]
    told = (
        rf"knows features 0badf00d, this code makes {FEATURE_SCHEMA} \(without {FEATURE_NAMES[0]}; with form, weather\)"
    )
    with pytest.raises(registry.OtherFeatures, match=told):
        registry.load(row)


@pytest.mark.parametrize(
    ("names", "told"),
    [
        (list(FEATURE_NAMES[1:]), f"without {FEATURE_NAMES[0]}"),
        ([*FEATURE_NAMES, "form"], "with form"),
        (list(reversed(FEATURE_NAMES)), "in another order"),
        (None, "without elo_difference, "),
        (3, "without elo_difference, "),
        ([*FEATURE_NAMES, 3, {}], "with 3, {}"),
    ],
)
def test_other_features_under_the_same_schema_are_named(names: Any, told: str) -> None:
    row = registered()
    row.feature_names = names
    with pytest.raises(registry.OtherFeatures, match=re.escape(f"({told}")):
        registry.load(row)


def test_features_that_mean_something_else_are_told_from_others() -> None:
    row = registered()
    row.feature_schema = "0badf00d"
    with pytest.raises(registry.OtherFeatures, match=r"\(of the same names and another meaning\)"):
        registry.load(row)


@pytest.mark.parametrize(("schema", "told"), [("0badf00d", "0badf00d"), ("", "none")])
def test_another_way_to_tell_of_own_odds_is_named(schema: str, told: str) -> None:
    row = registered()
    row.own_odds_schema = schema
    with pytest.raises(registry.OtherFeatures, match=f"own odds as {told}, this code makes {OWN_ODDS_SCHEMA}"):
        registry.load(row)


@pytest.mark.parametrize("library", ["python", "scikit-learn", "numpy", "skops"])
def test_each_other_version_is_named(library: str) -> None:
    row = registered()
    here = row.library_versions[library]
    row.library_versions = {**row.library_versions, library: "0.1"}
    with pytest.raises(registry.OtherVersions, match=re.escape(f"made with {library} 0.1 (here {here}). Train")):
        registry.load(row)


@pytest.mark.parametrize("versions", [[], None, "1.9", 3])
def test_versions_that_are_none_are_unknown_ones(versions: Any) -> None:
    row = registered()
    row.library_versions = versions
    with pytest.raises(registry.OtherVersions, match=r"made with numpy unknown .*, python unknown"):
        registry.load(row)


def test_a_model_that_can_not_predict_an_ordinary_match_is_refused() -> None:
    """All numbers are within reason, and the advantage at home is not."""
    model = fit_model(training_set(1))
    model.pure.pipelines_[0][-1].intercept_[:] = (0, 0, 5000)
    with pytest.raises(registry.NotServable, match=r"it can't predict an ordinary match .* Train another one"):
        registry.load(registered(model))


def test_scores_that_could_not_be_served_are_refused() -> None:
    with pytest.raises(registry.NotServable, match="KeyError: 'share'"):
        registry.load(registered(scores={"confidence": [{"from": 0.5}]}))


def test_what_is_wrong_with_an_artefact_is_told_with_its_model() -> None:
    """As for an artefact of a former version of this code, a pipeline and nothing else."""
    row = registered()
    _replace_artefact(row, skops.io.dumps(make_pipeline(StandardScaler(), LogisticRegression())))
    with pytest.raises(
        registry.NotTheEstimator,
        match=rf"Model {row.version}: the artefact {row.sha256} holds something else .* Train another one: manage\.py",
    ):
        registry.load(row)


def test_activating_retires_the_one_before_and_back_again() -> None:
    first, second = registered(), registered(trained_at=NOW + timedelta(days=1))
    for chosen, other in ((first, second), (second, first), (first, second)):
        assert registry.activate(chosen.version).status == "active"
        states = dict(TrainedModel.objects.values_list("version", "status"))
        assert states[chosen.version] == "active"
        assert states[other.version] != "active"

    assert states == {first.version: "active", second.version: "retired"}


def test_it_is_known_since_when_a_model_is_active() -> None:
    first, second = registered(), registered(trained_at=NOW + timedelta(days=1))
    for hour, row in enumerate((first, second, second, first)):
        registry.activate(row.version, now=NOW + timedelta(hours=hour))

    activated = dict(TrainedModel.objects.values_list("version", "activated_at"))
    assert activated == {first.version: NOW + timedelta(hours=3), second.version: NOW + timedelta(hours=1)}


def test_the_previous_model_is_the_one_that_was_active_last_and_after_going_back_the_other() -> None:
    rows = [registered(trained_at=NOW + timedelta(days=day)) for day in range(3)]
    for hour, row in enumerate(rows):
        registry.activate(row.version, now=NOW + timedelta(hours=hour))
    assert registry.previous() == rows[1]
    registry.activate(rows[1].version, now=NOW + timedelta(hours=3))

    assert registry.previous() == rows[2]


def test_before_a_second_model_was_active_there_is_no_previous_one() -> None:
    registry.activate(registered().version)
    registered(trained_at=NOW + timedelta(days=1))
    with pytest.raises(TrainedModel.DoesNotExist, match="no other one was active before"):
        registry.previous()


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


def test_a_version_that_is_not_there_is_told_with_those_that_are() -> None:
    rows = [registered(trained_at=NOW + timedelta(days=day)) for day in range(2)]
    with pytest.raises(TrainedModel.DoesNotExist) as error:
        registry.activate("20200101-00000000")

    assert str(error.value) == (f"There is no model 20200101-00000000. Newest: {rows[1].version}, {rows[0].version}.")


def test_where_there_is_no_model_at_all_it_says_where_they_come_from() -> None:
    with pytest.raises(TrainedModel.DoesNotExist, match=r"Train one: manage\.py train_model"):
        registry.find("20200101-00000000")


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


@pytest.mark.django_db(transaction=True)
def test_an_artefact_that_somebody_is_just_registering_is_not_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is there before its row is committed. Whoever drops it waits for that."""
    former = registered()
    written, go_on = Event(), Event()
    with _stopped_after_writing(monkeypatch, written, go_on):
        registering = Thread(target=_register_again, args=(former,))
        registering.start()
        assert written.wait(20)
    dropping = Thread(target=_delete, args=(former,))
    dropping.start()
    dropping.join(0.5)  # long enough to do harm, if it does not wait
    go_on.set()
    for thread in (registering, dropping):
        thread.join(20)

    assert registry.load(TrainedModel.objects.get())


@contextmanager
def _stopped_after_writing(monkeypatch: pytest.MonkeyPatch, written: Event, go_on: Event) -> Iterator[None]:
    write = artefacts.write

    def stopping(sha256: str, content: bytes) -> None:
        write(sha256, content)
        written.set()
        assert go_on.wait(20)

    monkeypatch.setattr(artefacts, "write", stopping)
    yield
    monkeypatch.undo()


def _register_again(former: TrainedModel) -> None:
    """The very same artefact, on another day."""
    try:
        content: Any = artefacts.read(former.sha256)
        with pytest.MonkeyPatch.context() as same:
            same.setattr(registry, "dumps", lambda model: content)
            registered(trained_at=NOW + timedelta(days=1))
    finally:
        connection.close()


def _delete(former: TrainedModel) -> None:
    try:
        with transaction.atomic():
            former.delete()
    finally:
        connection.close()
