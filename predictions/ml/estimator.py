"""The estimator. scikit-learn takes two to three seconds to import: only what fits or loads a model imports this."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.extmath import softmax
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

Array = np.ndarray[Any, Any]


class OutcomeClassifier(ClassifierMixin, BaseEstimator):
    """Multinomial logistic regression for matches of which more or less is known.

    There is one regression for each of some sets of columns, the best first, fitted to every row that has all of its
    columns; what is unknown is nan. A row is judged by the first set of which it has all.

    Parameters
    ----------
    column_sets : tuple of tuples of int, or None
        The numbers of each set's columns. Every row has the last set. None: a single set of all columns, no nan.
    C : float
        Inverse strength of the regularisation of standardised columns. It hardly matters with tens of thousands of
        matches, and holds a small data set back.
    min_samples : int
        A set before the last is left out if fewer rows than this have it, counted with their weights, or if these
        lack a class. Its matches are then judged by a later set. With fewer, a regression loses more by what it can't
        learn from them than it gains by what it knows of each: see docs/model.md.

    Attributes
    ----------
    classes_ : array of shape (n_classes,)
    n_features_in_ : int
    feature_names_in_ : array of shape (n_features_in_,)
        Only if fitted to a table whose columns have names.
    column_sets_ : list of tuples of int
        The sets that have a regression, in order.
    pipelines_ : list of Pipeline
        The regressions, in the same order. Each takes the columns of its set, in the set's order.
    """

    def __init__(
        self, column_sets: Sequence[Sequence[int]] | None = None, *, C: float = 0.3, min_samples: int = 1000
    ) -> None:
        self.column_sets = column_sets
        self.C = C
        self.min_samples = min_samples

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> OutcomeClassifier:
        """Learn from rows X of shape (n_samples, n_features), with classes y and, if given, a weight for each row.

        Raises ValueError if a row lacks the last set, if there is but one class, or if `column_sets` are none.
        """
        X, y = validate_data(self, X, y, dtype=np.float64, ensure_all_finite=self._finite)
        check_classification_targets(y)
        weights = np.asarray(_check_sample_weight(sample_weight, X, ensure_non_negative=True))
        sets = self._checked_sets()
        self.classes_ = np.unique(y)
        self.column_sets_, self.pipelines_ = [], []
        for columns in sets:
            rows = _have(X, columns)
            if columns is sets[-1]:
                _check_all(rows)
            elif weights[rows].sum() < self.min_samples or len(set(y[rows & (weights > 0)])) < len(self.classes_):
                continue
            self.column_sets_.append(columns)
            self.pipelines_.append(self._fitted(X[rows][:, columns], y[rows], weights[rows]))
        return self

    def predict_proba(self, X: Any) -> Array:
        """Probabilities of shape (n_samples, n_classes), in the order of `classes_`; each row sums to 1.

        A row has the same ones, to the last bit, alone and among others: the pipelines' own matrix product sums up in
        another order for another number of rows. Raises ValueError if a row lacks the last set.
        """
        terms, constants = self.linear_terms(X)
        return np.asarray(softmax(constants + np.nansum(terms, axis=2)))

    def predict(self, X: Any) -> Array:
        """The most probable class of each row."""
        most_probable = self.predict_proba(X).argmax(axis=1)
        return np.asarray(self.classes_[most_probable])

    def linear_terms(self, X: Any) -> tuple[Array, Array]:
        """What the probabilities are made of.

        Terms of shape (n_samples, n_classes, n_features) and constants (n_samples, n_classes): the difference of two
        classes' sums of terms and constant is the logarithm of their odds. A row of average features has terms of 0. A
        column that is not in the set by which a row is judged has nan.
        """
        X = self._validated(X)
        terms = np.full((len(X), len(self.classes_), X.shape[1]), np.nan)
        constants = np.empty((len(X), len(self.classes_)))
        for rows, columns, pipeline in self._parts(X):
            scaler, regression = pipeline
            weights, constant = regression.coef_, regression.intercept_
            if len(self.classes_) == 2:  # scikit-learn then keeps those of the second class alone
                weights, constant = np.vstack([0 * weights, weights]), np.array([0.0, constant[0]])
            scaled = scaler.transform(X[rows][:, columns])
            for column, values, weight in zip(columns, scaled.T, weights.T, strict=True):
                terms[rows, :, column] = np.outer(values, weight)
            constants[rows] = constant
        return terms, constants

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = self.column_sets is not None
        return tags

    @property
    def _finite(self) -> bool | str:
        return True if self.column_sets is None else "allow-nan"

    def _validated(self, X: Any) -> Array:
        check_is_fitted(self)
        return np.asarray(validate_data(self, X, reset=False, dtype=np.float64, ensure_all_finite=self._finite))

    def _checked_sets(self) -> list[tuple[int, ...]]:
        there = range(self.n_features_in_)
        sets = [tuple(there)] if self.column_sets is None else [tuple(columns) for columns in self.column_sets]
        if not sets or not all(columns and set(columns) <= set(there) for columns in sets):
            raise ValueError(
                f"Each set must be of some of the columns 0 to {there[-1]}, and there must be one; "
                f"these are {self.column_sets}."
            )
        return sets

    def _fitted(self, X: Array, y: Array, weights: Array) -> Pipeline:
        # A few steps of Newton's method: with so few columns it is the fastest, and ends at the optimum to many digits.
        regression = LogisticRegression(C=self.C, solver="newton-cholesky", tol=1e-8)
        return make_pipeline(StandardScaler(), regression).fit(
            X, y, standardscaler__sample_weight=weights, logisticregression__sample_weight=weights
        )

    def _parts(self, X: Array) -> Iterator[tuple[Array, list[int], Pipeline]]:
        """By what each row is judged: which rows, which columns, which regression."""
        left = np.ones(len(X), dtype=bool)
        for columns, pipeline in zip(self.column_sets_, self.pipelines_, strict=True):
            rows = left & _have(X, columns)
            left &= ~rows
            if rows.any():
                yield np.flatnonzero(rows), list(columns), pipeline
        _check_all(~left)


def _have(X: Array, columns: Sequence[int]) -> Array:
    """Which rows have all of these columns."""
    return np.asarray(~np.isnan(X[:, list(columns)]).any(axis=1))


def _check_all(rows: Array) -> None:
    if not rows.all():
        raise ValueError(f"{(~rows).sum()} of {len(rows)} rows lack the last set of columns.")
