"""An artefact is believed only if it is built as a model of this code is."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import skops.io
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, MinMaxScaler, StandardScaler

from predictions.ml import serialisation
from predictions.ml.estimator import OutcomeClassifier
from predictions.ml.fitting import FittedModel, fit_model
from predictions.ml.serialisation import NotAModel, dumps, loads
from tests.predictions.ml.conftest import training_set


@pytest.fixture
def model() -> FittedModel:
    """Fitted anew for each test, which may spoil it."""
    return fit_model(training_set(1, odds=True))


def with_odds() -> Any:
    data = training_set(1, odds=True)
    return np.hstack([data.features, data.own_odds])


def test_what_is_read_predicts_what_was_written_to_the_last_bit(model: FittedModel) -> None:
    again = loads(dumps(model))

    assert again.with_market is not None
    assert model.with_market is not None
    assert np.array_equal(again.pure.predict_proba(with_odds()[:, :-2]), model.pure.predict_proba(with_odds()[:, :-2]))
    assert np.array_equal(again.with_market.predict_proba(with_odds()), model.with_market.predict_proba(with_odds()))


def test_without_odds_there_is_no_second_classifier() -> None:
    assert loads(dumps(fit_model(training_set(1)))).with_market is None


def test_only_our_own_classifier_is_trusted_beyond_what_skops_knows(model: FittedModel) -> None:
    assert skops.io.get_untrusted_types(data=dumps(model)) == serialisation.TRUSTED_TYPES
    assert [f"{OutcomeClassifier.__module__}.{OutcomeClassifier.__qualname__}"] == serialisation.TRUSTED_TYPES


def test_an_artefact_is_small(model: FittedModel) -> None:
    assert len(dumps(model)) < 150_000


def test_a_type_that_is_not_trusted_is_named_and_its_module_not_imported(model: FittedModel) -> None:
    model.pure.pipelines_[0].steps[0] = ("trap", FunctionTransformer(training_set))
    artefact = _renamed(dumps(model), "tests.predictions.ml.conftest", "antigravity")

    with pytest.raises(NotAModel, match=r"not trusted: antigravity\.training_set"):
        loads(artefact)


def _renamed(artefact: bytes, module: str, name: str) -> bytes:
    """The same artefact, whose types are said to be of another module."""
    content = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(artefact)) as old, zipfile.ZipFile(content, "w") as new:
        for item in old.namelist():
            data = old.read(item)
            new.writestr(item, data.replace(module.encode(), name.encode()) if item == "schema.json" else data)
    return content.getvalue()


@pytest.mark.parametrize("content", [b"", b"no zip", b"PK\x05\x06" + bytes(18)])
def test_what_is_no_skops_file_is_refused(content: bytes) -> None:
    with pytest.raises(NotAModel, match="no skops file"):
        loads(content)


def test_a_part_that_is_missing_in_the_file_is_refused(model: FittedModel) -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(dumps(model))) as old, zipfile.ZipFile(content, "w") as new:
        new.writestr("schema.json", json.dumps(json.loads(old.read("schema.json"))))

    with pytest.raises(NotAModel, match="no skops file"):
        loads(content.getvalue())


@pytest.mark.parametrize(
    "other", [{"home": 0.4}, ["pure", "with_market"], {"pure": None}, make_pipeline(StandardScaler())], ids=str
)
def test_something_else_than_two_classifiers_is_refused(other: object) -> None:
    with pytest.raises(NotAModel, match="something else"):
        loads(skops.io.dumps(other))


@pytest.mark.parametrize("name", ["pure", "with_market"])
@pytest.mark.parametrize("other", [LogisticRegression(), DummyClassifier(), {"home": 0.4}, 3])
def test_another_kind_of_estimator_is_refused(model: FittedModel, name: str, other: object) -> None:
    with pytest.raises(NotAModel, match=rf"another kind of estimator than OutcomeClassifier \({name}\)"):
        loads(dumps(FittedModel(**{**model._asdict(), name: other})))


def test_a_model_without_the_pure_classifier_is_refused(model: FittedModel) -> None:
    with pytest.raises(NotAModel, match=r"another kind of estimator than OutcomeClassifier \(pure\)"):
        loads(dumps(model._replace(pure=None)))  # type: ignore[arg-type]


def test_an_estimator_that_was_never_fitted_is_refused(model: FittedModel) -> None:
    with pytest.raises(NotAModel, match=r"lacks parts of OutcomeClassifier \(pure: AttributeError\)"):
        loads(dumps(model._replace(pure=OutcomeClassifier(model.pure.column_sets))))


def test_the_two_classifiers_can_not_take_each_others_place(model: FittedModel) -> None:
    assert model.with_market is not None
    with pytest.raises(NotAModel, match=r"other features or outcomes \(pure\)"):
        loads(dumps(FittedModel(model.with_market, model.pure)))


@pytest.mark.parametrize("name", ["pure", "with_market"])
def test_a_method_hidden_by_an_attribute_is_refused(model: FittedModel, name: str) -> None:
    """skops knows numpy's functions to be harmless. In the place of a method they would be called."""
    getattr(model, name).predict_proba = np.exp
    with pytest.raises(NotAModel, match=rf"another kind of estimator than OutcomeClassifier \({name}\)"):
        loads(dumps(model))


def _a_method_of_a_regression_hidden(classifier: Any) -> None:
    classifier.pipelines_[0][-1].predict_proba = np.exp


def _outcomes_renamed(classifier: Any) -> None:
    classifier.classes_ = np.array(["1", "2", "X"])


def _outcomes_of_a_regression_renamed(classifier: Any) -> None:
    classifier.pipelines_[-1][-1].classes_ = np.array(["1", "2", "X"])


def _a_regression_left_out(classifier: Any) -> None:
    del classifier.pipelines_[0]


def _the_last_set_left_out(classifier: Any) -> None:
    classifier.column_sets_, classifier.pipelines_ = classifier.column_sets_[:-1], classifier.pipelines_[:-1]


def _nothing_left(classifier: Any) -> None:
    classifier.column_sets_, classifier.pipelines_ = [], []


def _an_unknown_set(classifier: Any) -> None:
    classifier.column_sets_[0] = (0, 99)


def _a_set_twice(classifier: Any) -> None:
    classifier.column_sets_.append(classifier.column_sets_[-1])
    classifier.pipelines_.append(classifier.pipelines_[-1])


def _other_sets(classifier: Any) -> None:
    classifier.column_sets = (tuple(range(classifier.n_features_in_)),)


def _more_columns(classifier: Any) -> None:
    classifier.n_features_in_ += 1


def _not_a_number(classifier: Any) -> None:
    classifier.pipelines_[0][-1].coef_[1, 1] = np.nan


def _infinite(classifier: Any) -> None:
    classifier.pipelines_[-1][0].mean_[0] = np.inf


def _a_column_too_few(classifier: Any) -> None:
    regression = classifier.pipelines_[0][-1]
    regression.coef_ = regression.coef_[:, 1:]


def _numbers_as_text(classifier: Any) -> None:
    regression = classifier.pipelines_[0][-1]
    regression.intercept_ = regression.intercept_.astype(str)


def _scaled_by_zero(classifier: Any) -> None:
    classifier.pipelines_[0][0].scale_[0] = 0.0


def _scaled_by_next_to_nothing(classifier: Any) -> None:
    classifier.pipelines_[0][0].scale_[0] = 1e-320


def _a_mean_beyond_reason(classifier: Any) -> None:
    classifier.pipelines_[-1][0].mean_[0] = 1e308


def _a_weight_beyond_reason(classifier: Any) -> None:
    classifier.pipelines_[0][-1].coef_[0, 0] = -1e308


def _a_constant_beyond_reason(classifier: Any) -> None:
    classifier.pipelines_[0][-1].intercept_[0] = 1.1e6


def _outcomes_swapped(classifier: Any) -> None:
    classifier.classes_ = classifier.classes_[::-1].copy()


def _outcomes_of_a_regression_swapped(classifier: Any) -> None:
    classifier.pipelines_[0][-1].classes_ = classifier.classes_[[1, 0, 2]]


def _not_scaled(classifier: Any) -> None:
    classifier.pipelines_[0][0].with_std = False


def _another_scaler(classifier: Any) -> None:
    data = training_set(1, odds=True)
    classifier.pipelines_[0].steps[0] = ("standardscaler", MinMaxScaler().fit(data.features))


def _a_third_step(classifier: Any) -> None:
    classifier.pipelines_[0].steps.insert(0, ("first", FunctionTransformer(np.abs)))


@pytest.mark.parametrize(
    "spoil",
    [
        _a_method_of_a_regression_hidden,
        _outcomes_renamed,
        _outcomes_of_a_regression_renamed,
        _a_regression_left_out,
        _the_last_set_left_out,
        _nothing_left,
        _an_unknown_set,
        _a_set_twice,
        _other_sets,
        _more_columns,
        _not_a_number,
        _infinite,
        _a_column_too_few,
        _numbers_as_text,
        _scaled_by_zero,
        _scaled_by_next_to_nothing,
        _a_mean_beyond_reason,
        _a_weight_beyond_reason,
        _a_constant_beyond_reason,
        _outcomes_swapped,
        _outcomes_of_a_regression_swapped,
        _not_scaled,
        _another_scaler,
        _a_third_step,
    ],
)
@pytest.mark.parametrize("name", ["pure", "with_market"])
def test_whatever_is_not_built_as_a_fitted_model_is_refused(
    model: FittedModel, name: str, spoil: Callable[[Any], None]
) -> None:
    spoil(getattr(model, name))
    with pytest.raises(NotAModel, match=rf"\({name}"):
        loads(dumps(model))
