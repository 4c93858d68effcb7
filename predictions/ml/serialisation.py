"""A fitted model as bytes, and back: skops, which holds data and the names of types, no code.

What is read is believed only if it is built as what `fit_model` makes: a dictionary of two classifiers of the very
types, features, outcomes and shapes, all numbers within reason, and no attribute that hides a method.
"""

from __future__ import annotations

from typing import Any
from zipfile import ZIP_DEFLATED

from predictions.ml.features import FEATURE_NAMES
from predictions.ml.fitting import FittedModel, new_classifier
from predictions.ml.outcomes import OUTCOMES
from predictions.ml.own_odds import OWN_ODDS_NAMES

# What an artefact may hold beyond the parts of scikit-learn and numpy that skops knows to be harmless.
TRUSTED_TYPES = ["predictions.ml.estimator.OutcomeClassifier"]
# No number of a fitted model comes near: a feature is of the size of 1. With larger ones sums would overflow.
LARGEST = 1e6
SMALLEST_SCALE = 1e-6


class NotAModel(Exception):
    """Bytes that are no model of this code. The message goes on from "the artefact"."""


def dumps(model: FittedModel) -> bytes:
    """The model as an artefact."""
    import skops.io

    return bytes(skops.io.dumps(model._asdict(), compression=ZIP_DEFLATED, compresslevel=9))


def loads(artefact: bytes) -> FittedModel:
    """What `dumps` was given. Raises NotAModel; of a type that is not trusted not even the module is imported."""
    import skops.io

    try:
        unknown = set(skops.io.get_untrusted_types(data=artefact)) - set(TRUSTED_TYPES)
        parts: Any = None if unknown else skops.io.loads(artefact, trusted=TRUSTED_TYPES)
    except Exception as error:  # skops documents none; a file that is no zip, or lacks a part, raises a dozen kinds
        raise NotAModel(f"is no skops file ({type(error).__name__})") from error
    if unknown:
        raise NotAModel(f"holds types that are not trusted: {', '.join(sorted(unknown))}")
    if type(parts) is not dict or parts.keys() != set(FittedModel._fields):
        raise NotAModel("holds something else than a model with and without the market")
    for name, classifier in parts.items():
        if name == "pure" or classifier is not None:
            _check(name, classifier)
    return FittedModel(**parts)


def _check(name: str, classifier: Any) -> None:
    """Raises NotAModel, with the first thing that is not as it should be."""
    like = new_classifier(with_market=name == "with_market")
    if not _is(classifier, like):
        raise NotAModel(f"holds another kind of estimator than {type(like).__name__} ({name})")
    try:
        _check_parts(classifier, like.column_sets or (), _width(name))
    except NotAModel as error:
        raise NotAModel(f"{error} ({name})") from None
    except Exception as error:  # whatever an attribute that is missing, or of another type, leads to
        raise NotAModel(f"lacks parts of {type(like).__name__} ({name}: {type(error).__name__})") from error


def _width(name: str) -> int:
    return len(FEATURE_NAMES) + (len(OWN_ODDS_NAMES) if name == "with_market" else 0)


def _check_parts(classifier: Any, sets: Any, width: int) -> None:
    if classifier.column_sets != sets or classifier.n_features_in_ != width or not _knows_outcomes(classifier):
        raise NotAModel("was fitted to other features or outcomes")
    known = classifier.column_sets_
    if known != [columns for columns in sets if columns in known] or known[-1] != sets[-1]:
        raise NotAModel("was fitted to other sets of features")
    for columns, pipeline in zip(known, classifier.pipelines_, strict=True):
        _check_pipeline(pipeline, len(columns))


def _check_pipeline(pipeline: Any, columns: int) -> None:
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    like = make_pipeline(StandardScaler(), LogisticRegression())
    if not _is(pipeline, like) or len(pipeline) != len(like) or not all(map(_is, pipeline, like)):
        raise NotAModel("holds another kind of pipeline")
    scaler, regression = pipeline
    numbers = {
        (columns,): (scaler.mean_, scaler.scale_),
        (len(OUTCOMES), columns): (regression.coef_,),
        (len(OUTCOMES),): (regression.intercept_,),
    }
    if not all(_is_sane(array, shape) for shape, arrays in numbers.items() for array in arrays):
        raise NotAModel(f"holds numbers of another shape, not finite or beyond {LARGEST:,.0f}")
    if not (scaler.with_mean and scaler.with_std and (scaler.scale_ >= SMALLEST_SCALE).all()):
        raise NotAModel(f"does not scale, or by less than {SMALLEST_SCALE}")
    if not _knows_outcomes(regression):
        raise NotAModel("was fitted to other outcomes")


def _is(found: Any, like: Any) -> bool:
    """Whether it is of this very type, and behaves so: no attribute of its own hides one of the type."""
    return type(found) is type(like) and not any(hasattr(type(like), name) for name in vars(found))


def _knows_outcomes(classifier: Any) -> bool:
    """In the order in which scikit-learn keeps them, which is that of the coefficients' rows."""
    return bool(classifier.classes_.tolist() == sorted(OUTCOMES))


def _is_sane(array: Any, shape: tuple[int, ...]) -> bool:
    import numpy as np

    is_array = type(array) is np.ndarray and array.dtype == np.float64
    return is_array and array.shape == shape and bool((np.abs(array) <= LARGEST).all())  # nan is not
