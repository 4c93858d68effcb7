"""Trained models: the artefact as a file, what is known of it as a row, and all checks before it is believed.

Artefacts are skops files, which hold data and the names of types, no code. A file is named after its SHA-256; it is
read once, and what was hashed is what is parsed.
"""

from __future__ import annotations

import hashlib
import os
import platform
import tempfile
from datetime import date, datetime
from importlib.metadata import version as version_of
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction

from predictions.ml.estimator import OUTCOMES
from predictions.ml.features import FEATURE_NAMES, FEATURE_SCHEMA
from predictions.models.trained_model import TrainedModel, digest_of

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline

# Whoever loads a model must have what it was made with: scikit-learn promises nothing across versions.
LIBRARIES = ("scikit-learn", "numpy", "skops")
# Types an artefact may hold beyond the parts of scikit-learn and numpy that skops knows to be harmless: none.
TRUSTED_TYPES: list[str] = []


class UnusableModel(Exception):
    """A registered model that can't be loaded here. Its message names what is wrong and what to do."""

    def __init__(self, row: TrainedModel, detail: str) -> None:
        super().__init__(f"Model {row.version}: {detail} Train another one: manage.py train_model.")


class ArtefactMissing(UnusableModel):
    """Its file is not in MODEL_DIRECTORY, or can't be read."""


class ArtefactChanged(UnusableModel):
    """Its file is not the one that was registered."""


class OtherVersions(UnusableModel):
    """It was made with other versions of the libraries or of Python."""


class OtherFeatures(UnusableModel):
    """It was trained on features that are not those of today."""


class NotTheEstimator(UnusableModel):
    """Its file holds something else than the pipeline that `estimator.new_pipeline` makes."""


def library_versions() -> dict[str, str]:
    """What runs here, by name. Of Python the first two numbers, since the third changes nothing in a model."""
    versions = {name: version_of(name) for name in LIBRARIES}
    return {"python": ".".join(platform.python_version_tuple()[:2]), **versions}


def artefact_path(sha256: str) -> Path:
    """Where the artefact with this hash is."""
    return Path(settings.MODEL_DIRECTORY) / f"{sha256}.skops"


def register(
    pipeline: Pipeline,
    *,
    matches: int,
    first_day: date,
    last_day: date,
    scores: dict[str, Any] | None,
    trained_at: datetime,
) -> TrainedModel:
    """Save the artefact and its row, a candidate. Raises OSError if MODEL_DIRECTORY can't be written."""
    import skops.io

    artefact = skops.io.dumps(pipeline)
    sha256 = hashlib.sha256(artefact).hexdigest()
    _write(artefact_path(sha256), artefact)
    return TrainedModel.objects.create(
        version=f"{trained_at:%Y%m%d}-{digest_of(sha256, FEATURE_SCHEMA)[:8]}",
        sha256=sha256,
        feature_schema=FEATURE_SCHEMA,
        library_versions=library_versions(),
        matches=matches,
        first_day=first_day,
        last_day=last_day,
        scores=scores,
        trained_at=trained_at,
    )


def load(row: TrainedModel) -> Pipeline:
    """The estimator of a registered model, after every check. Raises UnusableModel."""
    if row.feature_schema != FEATURE_SCHEMA:
        raise OtherFeatures(row, f"it knows features {row.feature_schema}, this code makes {FEATURE_SCHEMA}.")
    here = library_versions()
    differing = [
        f"{name} {row.library_versions.get(name, 'unknown')} (here {here.get(name, 'unknown')})"
        for name in sorted(here.keys() | row.library_versions.keys())
        if here.get(name) != row.library_versions.get(name)
    ]
    if differing:
        raise OtherVersions(row, f"it was made with {', '.join(differing)}.")
    try:
        artefact = artefact_path(row.sha256).read_bytes()
    except OSError as error:
        raise ArtefactMissing(row, f"{artefact_path(row.sha256)} can't be read ({error.strerror}).") from error
    if hashlib.sha256(artefact).hexdigest() != row.sha256:
        raise ArtefactChanged(row, f"{artefact_path(row.sha256)} is not the file that was registered.")
    return _parse(row, artefact)


@transaction.atomic
def activate(version: str) -> TrainedModel:
    """Make this model the active one, and the one that was a retired one.

    Raises TrainedModel.DoesNotExist, and UnusableModel for a model that could not be served here.
    """
    # All rows are locked, in one order, so that of two callers the later sees what the earlier did.
    rows = {row.version: row for row in TrainedModel.objects.select_for_update().order_by("pk")}
    if version not in rows:
        raise TrainedModel.DoesNotExist(f"There is no model {version}.")
    chosen = rows[version]
    load(chosen)
    for row in rows.values():
        if row.status == TrainedModel.Status.ACTIVE and row is not chosen:
            row.status = TrainedModel.Status.RETIRED
            row.save(update_fields=["status"])
    chosen.status = TrainedModel.Status.ACTIVE
    chosen.save(update_fields=["status"])
    return chosen


def _parse(row: TrainedModel, artefact: bytes) -> Pipeline:
    import skops.io
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import Pipeline
    from sklearn.preprocessing import StandardScaler

    try:
        unknown = set(skops.io.get_untrusted_types(data=artefact)) - set(TRUSTED_TYPES)
        pipeline: Any = None if unknown else skops.io.loads(artefact, trusted=TRUSTED_TYPES)
    except Exception as error:  # skops documents none; a file that is no zip, or lacks a part, raises a dozen kinds
        raise NotTheEstimator(row, f"its file is no skops file ({type(error).__name__}).") from error
    if unknown:
        raise NotTheEstimator(row, f"its file holds types that are not trusted: {', '.join(sorted(unknown))}.")
    if type(pipeline) is not Pipeline or [type(step) for _, step in pipeline.steps] != [
        StandardScaler,
        LogisticRegression,
    ]:
        raise NotTheEstimator(row, "its file holds another kind of estimator.")
    if pipeline.n_features_in_ != len(FEATURE_NAMES) or set(pipeline.classes_) != set(OUTCOMES):
        raise NotTheEstimator(row, "it was fitted to other features or outcomes.")
    return pipeline


def _write(path: Path, content: bytes) -> None:
    """All or nothing: whoever reads meets the whole file or none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".", suffix=".part", delete=False) as file:
        try:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
            os.replace(file.name, path)
        except BaseException:
            Path(file.name).unlink(missing_ok=True)
            raise
