"""Trained models: the artefact, what is known of it as a row, and all checks before it is believed.

An artefact is read once, and what was hashed is what is parsed.
"""

from __future__ import annotations

import hashlib
import platform
from datetime import date, datetime
from importlib.metadata import version as version_of
from typing import Any

from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from predictions.ml import artefacts
from predictions.ml.features import FEATURE_NAMES, FEATURE_SCHEMA
from predictions.ml.fitting import FittedModel
from predictions.ml.learnt import Learnt
from predictions.ml.own_odds import OWN_ODDS_SCHEMA
from predictions.ml.serialisation import NotAModel, dumps, loads
from predictions.ml.trial import FailedTrial, try_out
from predictions.models.trained_model import TrainedModel, digest_of

# How many versions to name to who asks for one that is not there.
NAMED = 5
TRAIN = "Train one: manage.py train_model."
# Whoever loads a model must have what it was made with: scikit-learn promises nothing across versions.
LIBRARIES = ("scikit-learn", "numpy", "skops")


class UnusableModel(Exception):
    """A registered model that can't be loaded here. Its message names what is wrong and what to do."""

    def __init__(self, row: TrainedModel, detail: str) -> None:
        super().__init__(f"Model {row.version}: {detail} Train another one: manage.py train_model.")


class ArtefactMissing(UnusableModel):
    """Its artefact is neither in MODEL_DIRECTORY nor in the database, or can't be read."""


class ArtefactChanged(UnusableModel):
    """Its artefact is not the one that was registered."""


class OtherVersions(UnusableModel):
    """It was made with other versions of the libraries or of Python."""


class OtherFeatures(UnusableModel):
    """It was trained on features, or on odds, that are not those of today."""


class NotTheEstimator(UnusableModel):
    """Its artefact holds something else than what `fit_model` makes."""


class NotServable(UnusableModel):
    """It is built as it should be, and can't predict an ordinary match."""


def library_versions() -> dict[str, str]:
    """What runs here, by name. Of Python the first two numbers, since the third changes nothing in a model."""
    versions = {name: version_of(name) for name in LIBRARIES}
    return {"python": ".".join(platform.python_version_tuple()[:2]), **versions}


def register(
    model: FittedModel,
    *,
    matches: int,
    first_day: date,
    last_day: date,
    scores: dict[str, Any] | None,
    trained_at: datetime,
    beats_base_rates: bool | None = None,
    learnt: Learnt | None = None,
) -> TrainedModel:
    """Save the artefact and its row, a candidate. Raises OSError if MODEL_DIRECTORY can't be written."""
    artefact = dumps(model)
    sha256 = hashlib.sha256(artefact).hexdigest()
    with transaction.atomic():
        _keep_others_out()
        artefacts.write(sha256, artefact)
        return TrainedModel.objects.create(
            version=f"{trained_at:%Y%m%d}-{digest_of(sha256, FEATURE_SCHEMA, OWN_ODDS_SCHEMA)[:8]}",
            sha256=sha256,
            feature_schema=FEATURE_SCHEMA,
            feature_names=list(FEATURE_NAMES),
            own_odds_schema=OWN_ODDS_SCHEMA,
            library_versions=library_versions(),
            matches=matches,
            first_day=first_day,
            last_day=last_day,
            learnt_from=learnt.ranges if learnt else [],
            scores=scores,
            beats_base_rates=beats_base_rates,
            trained_at=trained_at,
        )


def find(version: str) -> TrainedModel:
    """The model of this version. Raises TrainedModel.DoesNotExist, with the newest that there are."""
    if row := TrainedModel.objects.filter(version=version).first():
        return row
    newest = ", ".join(TrainedModel.objects.values_list("version", flat=True)[:NAMED])
    raise TrainedModel.DoesNotExist(f"There is no model {version}. " + (f"Newest: {newest}." if newest else TRAIN))


def previous() -> TrainedModel:
    """The model that was active before the one that is. Raises TrainedModel.DoesNotExist.

    Of the former ones it is the one that became active last, so going back twice ends where it began.
    """
    retired = TrainedModel.objects.filter(status=TrainedModel.Status.RETIRED)
    if row := retired.order_by(F("activated_at").desc(nulls_last=True), "-pk").first():
        return row
    raise TrainedModel.DoesNotExist("There is no model to go back to: no other one was active before.")


def load(row: TrainedModel) -> FittedModel:
    """A registered model, after every check. Raises UnusableModel, and django.db.Error."""
    if row.feature_schema != FEATURE_SCHEMA or row.feature_names != list(FEATURE_NAMES):
        raise OtherFeatures(row, _how_features_differ(row))
    if row.own_odds_schema != OWN_ODDS_SCHEMA:
        theirs = row.own_odds_schema or "none"
        raise OtherFeatures(row, f"it knows a match's own odds as {theirs}, this code makes {OWN_ODDS_SCHEMA}.")
    if differing := _differing_versions(row):
        raise OtherVersions(row, f"it was made with {', '.join(differing)}.")
    try:
        artefact = artefacts.read(row.sha256)
    except artefacts.Unreadable as error:
        raise ArtefactMissing(row, f"{error}.") from error
    if hashlib.sha256(artefact).hexdigest() != row.sha256:
        raise ArtefactChanged(row, f"the artefact {row.sha256} is not the one that was registered.")
    try:
        model = loads(artefact)
        try_out(model, row.scores)
    except NotAModel as error:
        raise NotTheEstimator(row, f"the artefact {row.sha256} {error}.") from error
    except FailedTrial as error:
        raise NotServable(row, f"it {error}.") from error
    return model


@transaction.atomic
def activate(version: str, *, now: datetime | None = None) -> TrainedModel:
    """Make this model the active one, and the one that was a retired one. Whether it is any good is not asked here.

    Raises TrainedModel.DoesNotExist, and UnusableModel for a model that could not be served here.
    """
    # All rows are locked, in one order, so that of two callers the later sees what the earlier did.
    rows = {row.version: row for row in TrainedModel.objects.select_for_update().order_by("pk")}
    chosen = rows.get(version) or find(version)
    load(chosen)
    artefacts.share(chosen.sha256)
    if chosen.status == TrainedModel.Status.ACTIVE:
        return chosen
    for row in rows.values():
        if row.status == TrainedModel.Status.ACTIVE:
            row.status = TrainedModel.Status.RETIRED
            row.save(update_fields=["status"])
    chosen.status, chosen.activated_at = TrainedModel.Status.ACTIVE, now or timezone.now()
    chosen.save(update_fields=["status", "activated_at"])
    return chosen


@transaction.atomic
def drop_unused(sha256: str) -> None:
    """Delete an artefact that no model needs any more. Raises OSError or django.db.Error."""
    _keep_others_out()
    if not TrainedModel.objects.filter(sha256=sha256).exists():
        artefacts.delete(sha256)


def _keep_others_out() -> None:
    """Until this transaction ends nobody else writes a model's row; reading goes on. SQLite has one writer anyway.

    Else an artefact might be dropped that somebody has just registered, and not committed yet.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {TrainedModel._meta.db_table} IN SHARE ROW EXCLUSIVE MODE")


def _differing_versions(row: TrainedModel) -> list[str]:
    here, theirs = library_versions(), row.library_versions if isinstance(row.library_versions, dict) else {}
    return [
        f"{name} {theirs.get(name, 'unknown')} (here {here.get(name, 'unknown')})"
        for name in sorted(here.keys() | theirs.keys())
        if here.get(name) != theirs.get(name)
    ]


def _how_features_differ(row: TrainedModel) -> str:
    schemas = f"it knows features {row.feature_schema}, this code makes {FEATURE_SCHEMA}"
    theirs = row.feature_names if isinstance(row.feature_names, list) else []
    lacking = [name for name in FEATURE_NAMES if name not in theirs]
    unknown = [str(name) for name in theirs if name not in FEATURE_NAMES]
    names = [f"without {', '.join(lacking)}"] * bool(lacking) + [f"with {', '.join(unknown)}"] * bool(unknown)
    otherwise = "in another order" if row.feature_schema == FEATURE_SCHEMA else "of the same names and another meaning"
    return f"{schemas} ({'; '.join(names) or otherwise})."
