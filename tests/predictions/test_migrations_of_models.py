"""Models that a former version of the code has trained: known still, refused, and replaced by training anew."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import UTC, date, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import skops.io
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from pytest_django import Settings
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from predictions.ml import artefacts, registry
from predictions.ml.active import forget_active_model
from predictions.models import TrainedModel
from tests.predictions.ml.conftest import played_league

TRAINED_AT = datetime(2026, 3, 4, 5, 6, tzinfo=UTC)
BETTER = {"model": {"rps": 0.21}, "base_rates": {"rps": 0.23}}
WORSE = {"model": {"rps": 0.24}, "base_rates": {"rps": 0.23}}


def _migrate(name: str) -> Any:
    """To this migration of predictions, and the models as they are there."""
    executor = MigrationExecutor(connection)
    return executor.migrate([("predictions", name)]).apps


@pytest.fixture
def former(transactional_db: None, settings: Settings, tmp_path: Path) -> Iterator[Any]:
    """The class of the rows as they were before; afterwards the database is brought up to date again."""
    settings.MODEL_DIRECTORY = tmp_path
    [(_, latest)] = MigrationExecutor(connection).loader.graph.leaf_nodes("predictions")
    forget_active_model()
    yield _migrate("0003_publishedprediction").get_model("predictions", "TrainedModel")
    _migrate(latest)
    forget_active_model()


def _trained(former: Any, status: str, scores: dict[str, Any] | None) -> Any:
    """A row with its artefact, a pipeline of three features."""
    rows = np.random.default_rng(1).normal(size=(30, 3))
    pipeline = make_pipeline(StandardScaler(), LogisticRegression()).fit(rows, ["home", "draw", "away"] * 10)
    artefact = skops.io.dumps(pipeline)
    sha256 = hashlib.sha256(artefact).hexdigest()
    artefacts.path_of(sha256).write_bytes(artefact)
    return former.objects.create(
        version=f"20260304-{status}",
        status=status,
        sha256=sha256,
        feature_schema="0badf00d",
        library_versions=registry.library_versions(),
        matches=600,
        first_day=date(2020, 8, 1),
        last_day=date(2026, 3, 1),
        scores=scores,
        trained_at=TRAINED_AT,
    )


def test_what_is_known_of_them_is_told_in_the_new_columns(former: Any) -> None:
    for status, scores in (("active", BETTER), ("retired", WORSE), ("candidate", None)):
        _trained(former, status, scores)
    _migrate("0004_model_artefact")
    known = TrainedModel.objects.values_list("status", "beats_base_rates", "activated_at").order_by("status")

    assert list(known) == [("active", True, TRAINED_AT), ("candidate", None, None), ("retired", False, TRAINED_AT)]


def test_one_that_is_active_is_refused_with_the_reason_and_another_is_trained(former: Any) -> None:
    old = _trained(former, "active", BETTER)
    [(_, latest)] = MigrationExecutor(connection).loader.graph.leaf_nodes("predictions")
    _migrate(latest)
    with pytest.raises(registry.OtherFeatures, match=r"20260304-active: it knows features 0badf00d, .*train_model"):
        registry.load(TrainedModel.objects.get())
    played_league()
    err = StringIO()
    call_command("train_model", "--unless-active", stdout=StringIO(), stderr=err)

    assert "Model 20260304-active: it knows features 0badf00d" in err.getvalue()
    assert dict(TrainedModel.objects.values_list("status", "version"))["retired"] == old.version
    assert registry.load(TrainedModel.objects.get(status="active"))
