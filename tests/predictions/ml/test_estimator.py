"""The estimator, as scikit-learn would have it, and by what each match is judged."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import skops.io
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils import get_tags
from sklearn.utils.estimator_checks import check_estimator

from predictions.ml.estimator import OutcomeClassifier

# Of five columns 0 and 3 are always known, 1 is not, nor are 2 and 4; the best set does without column 3.
BEST, SECOND, LAST = (4, 0, 2), (0, 1, 3), (0, 3)
SETS = (BEST, SECOND, LAST)
NAME = "predictions.ml.estimator.OutcomeClassifier"


def _data(rows: int = 1200) -> tuple[Any, Any]:
    """Every second row lacks column 1, every third 2 and 4; the same at every call."""
    random = np.random.default_rng(3)
    known = random.normal(size=(rows, 5))
    edge = known.sum(axis=1) + random.normal(size=rows)
    known[::2, 1] = np.nan
    known[::3, [2, 4]] = np.nan
    return known, np.where(edge > 0.6, "home", np.where(edge < -0.6, "away", "draw"))


def _classifier(**parameters: Any) -> OutcomeClassifier:
    return OutcomeClassifier(SETS, **{"min_samples": 50, **parameters})


def _fitted(**parameters: Any) -> OutcomeClassifier:
    return _classifier(**parameters).fit(*_data())


def _regression_on(columns: tuple[int, ...], weights: Any = None) -> Any:
    """scikit-learn's own, fitted to all rows where these columns are known."""
    rows, names = _data()
    known = _have(columns)
    own = None if weights is None else weights[known]
    return make_pipeline(StandardScaler(), LogisticRegression(C=0.3, tol=1e-10, max_iter=1000)).fit(
        rows[known][:, columns], names[known], standardscaler__sample_weight=own, logisticregression__sample_weight=own
    )


def _have(columns: tuple[int, ...]) -> Any:
    """Which rows have these columns."""
    return ~np.isnan(_data()[0][:, columns]).any(axis=1)


def _judged_by(columns: tuple[int, ...]) -> Any:
    """Which rows have these columns and lack those of the sets before."""
    before = SETS[: SETS.index(columns)]
    return _have(columns) & ~np.any([np.zeros(1200, dtype=bool), *map(_have, before)], axis=0)


def test_it_keeps_all_of_scikit_learns_conventions() -> None:
    results = check_estimator(OutcomeClassifier(), on_skip=None)

    assert len(results) > 50
    assert {result["status"] for result in results} == {"passed", "skipped"}


def test_it_says_whether_it_takes_nan() -> None:
    assert get_tags(_classifier()).input_tags.allow_nan
    assert not get_tags(OutcomeClassifier()).input_tags.allow_nan


@pytest.mark.parametrize("columns", SETS)
def test_a_row_is_judged_by_the_first_set_it_has_and_that_by_all_rows_that_have_it(columns: tuple[int, ...]) -> None:
    rows = _data()[0][_judged_by(columns)]
    assert len(rows) >= 200

    said = _fitted().predict_proba(rows)
    assert said == pytest.approx(_regression_on(columns).predict_proba(rows[:, columns]), abs=1e-5)


def test_rows_keep_their_order_whatever_is_known_of_them() -> None:
    classifier, (rows, _) = _fitted(), _data(60)
    together = classifier.predict_proba(rows)

    for number in range(60):
        assert classifier.predict_proba(rows[[number]])[0] == pytest.approx(together[number], abs=1e-12)


def test_probabilities_of_a_row_sum_to_one_in_the_order_of_the_classes() -> None:
    classifier, (rows, names) = _fitted(), _data()
    said = classifier.predict_proba(rows)

    assert classifier.classes_.tolist() == ["away", "draw", "home"]
    assert said.sum(axis=1) == pytest.approx(1, abs=1e-12)
    assert (classifier.predict(rows) == classifier.classes_[said.argmax(axis=1)]).all()
    assert classifier.score(rows, names) > 0.5


def test_what_too_few_rows_have_is_left_out() -> None:
    """Of 1,200 rows 800 have the best set and 600 the second."""
    assert _fitted(min_samples=600).column_sets_ == [BEST, SECOND, LAST]
    assert _fitted(min_samples=601).column_sets_ == [BEST, LAST]
    assert _fitted(min_samples=801).column_sets_ == [LAST]
    assert _fitted(min_samples=10_000).column_sets_ == [LAST]


def test_rows_are_counted_with_their_weights() -> None:
    """As many of weight .5 are half as many, and those of weight 0 are none, nor do they hold a class."""
    rows, names = _data()
    halves, no_draws = np.full(1200, 0.5), np.where(_have(SECOND) & (names == "draw"), 0.0, 1.0)

    assert _classifier(min_samples=300).fit(rows, names, halves).column_sets_ == [BEST, SECOND, LAST]
    assert _classifier(min_samples=301).fit(rows, names, halves).column_sets_ == [BEST, LAST]
    assert _classifier().fit(rows, names, no_draws).column_sets_ == [BEST, LAST]


def test_what_lacks_a_class_is_left_out() -> None:
    rows, names = _data()
    rows[:, 1] = np.where(names == "draw", np.nan, rows[:, 1])

    assert _classifier().fit(rows, names).column_sets_ == [BEST, LAST]


def test_a_row_whose_first_set_was_left_out_is_judged_by_the_next_that_was_not() -> None:
    rows, names = _data()
    rows[:, 4] = np.where(names == "draw", np.nan, rows[:, 4])
    classifier = _classifier().fit(rows, names)
    assert classifier.column_sets_ == [SECOND, LAST]

    has_all = _data()[0][_have(BEST) & _have(SECOND)]
    expected = _regression_on(SECOND).predict_proba(has_all[:, SECOND])
    assert classifier.predict_proba(has_all) == pytest.approx(expected, abs=1e-5)


def test_rows_that_lack_what_all_had_in_training_are_judged_all_the_same() -> None:
    rows, names = _data()
    full = _have(BEST) & _have(SECOND)
    classifier = _classifier().fit(rows[full], names[full])
    only_last = np.where(np.isin(range(5), LAST), rows[full], np.nan)

    expected = make_pipeline(StandardScaler(), LogisticRegression(C=0.3, tol=1e-10)).fit(
        rows[full][:, LAST], names[full]
    )
    assert classifier.predict_proba(only_last) == pytest.approx(expected.predict_proba(rows[full][:, LAST]), abs=1e-5)


def test_a_set_that_is_known_in_part_counts_as_unknown() -> None:
    rows = _data()[0][_have(BEST)]
    half, none = rows.copy(), rows.copy()
    half[:, 2], none[:, [2, 4]] = np.nan, np.nan

    assert (_fitted().predict_proba(half) == _fitted().predict_proba(none)).all()
    assert (_fitted().predict_proba(half) != _fitted().predict_proba(rows)).any()


def test_a_column_that_no_set_has_may_be_unknown_and_has_no_say() -> None:
    rows, names = _data()
    empty = rows.copy()
    empty[:, [1, 2, 4]] = np.nan
    classifier = OutcomeClassifier((LAST,)).fit(empty, names)

    assert (classifier.predict_proba(rows) == classifier.predict_proba(empty)).all()


def test_the_last_set_must_be_known() -> None:
    rows, names = _data()
    classifier = _fitted()
    rows[:7, 3] = np.nan
    rows[:7, 2] = np.nan

    with pytest.raises(ValueError, match="7 of 1200 rows lack the last set of columns"):
        _classifier().fit(rows, names)
    with pytest.raises(ValueError, match="7 of 10 rows lack the last set of columns"):
        classifier.predict_proba(rows[:10])


@pytest.mark.parametrize("sets", [(), ((),), ((0, 5),), ((-1,), (0,)), ((0, 1), ())])
def test_each_set_is_of_some_of_the_columns(sets: Any) -> None:
    with pytest.raises(ValueError, match="Each set must be of some of the columns 0 to 4"):
        OutcomeClassifier(sets).fit(*_data())


def test_infinity_is_refused() -> None:
    rows, names = _data()
    rows[5, 0] = np.inf
    with pytest.raises(ValueError, match="infinity"):
        _classifier().fit(rows, names)


def test_unfitted_it_says_so() -> None:
    for method in ("predict", "predict_proba", "linear_terms"):
        with pytest.raises(NotFittedError):
            getattr(_classifier(), method)(_data()[0])


def test_weights_count_as_rows_repeated() -> None:
    rows, names = _data()
    weights = np.arange(len(rows)) % 3
    repeated = np.repeat(np.arange(len(rows)), weights)
    weighted = _classifier().fit(rows, names, sample_weight=weights)

    expected = _classifier().fit(rows[repeated], names[repeated])
    assert weighted.predict_proba(rows) == pytest.approx(expected.predict_proba(rows), abs=1e-9)
    best = rows[_have(BEST)]
    alone = _regression_on(BEST, weights).predict_proba(best[:, BEST])
    assert weighted.predict_proba(best) == pytest.approx(alone, abs=1e-5)


def test_a_clone_is_fitted_to_the_same() -> None:
    original = _fitted(C=0.05)
    copy = clone(original)

    assert copy.get_params() == {"column_sets": SETS, "C": 0.05, "min_samples": 50}
    assert not hasattr(copy, "classes_")
    assert (copy.fit(*_data()).predict_proba(_data()[0]) == original.predict_proba(_data()[0])).all()


def test_stronger_regularisation_says_less() -> None:
    rows, _ = _data()

    assert _fitted(C=0.0001).predict_proba(rows).max() < _fitted(C=1.0).predict_proba(rows).max() - 0.2


def test_scikit_learn_can_cross_validate_it() -> None:
    assert cross_val_score(_classifier(), *_data(), cv=3, scoring="neg_log_loss").min() > -1.0


def test_terms_and_constants_make_up_the_probabilities() -> None:
    classifier, (rows, _) = _fitted(), _data()
    terms, constants = classifier.linear_terms(rows)
    logs = np.nansum(terms, axis=2) + constants
    said = np.exp(logs) / np.exp(logs).sum(axis=1, keepdims=True)

    assert terms.shape == (1200, 3, 5)
    assert said == pytest.approx(classifier.predict_proba(rows), abs=1e-12)
    for columns in SETS:
        used = ~np.isnan(terms[_judged_by(columns)])
        assert (used == np.isin(range(5), columns)).all()


def test_an_average_row_has_no_terms() -> None:
    classifier, (rows, _) = _fitted(), _data()
    average = np.nanmean(rows[_have(BEST)], axis=0)
    terms, _ = classifier.linear_terms(average[None])

    assert terms[:, :, BEST] == pytest.approx(0, abs=1e-12)


def test_terms_of_two_classes_are_those_of_their_log_odds() -> None:
    rows, names = _data()
    classifier = _classifier().fit(rows, np.where(names == "home", "home", "not"))
    terms, constants = classifier.linear_terms(rows)
    logs = np.nansum(terms, axis=2) + constants
    said = classifier.predict_proba(rows)

    assert logs[:, 1] - logs[:, 0] == pytest.approx(np.log(said[:, 1] / said[:, 0]), abs=1e-9)


def test_another_process_loads_it_from_skops_without_the_site(tmp_path: Path) -> None:
    """It has nothing of Django in it, and its full name is the only type that must be trusted."""
    classifier, (rows, _) = _fitted(), _data()
    skops.io.dump(classifier, tmp_path / "model.skops")
    np.save(tmp_path / "rows.npy", rows)
    code = f"""
import numpy, skops.io, sys
assert skops.io.get_untrusted_types(file="model.skops") == [{NAME!r}]
model = skops.io.load("model.skops", trusted=[{NAME!r}])
numpy.save("said.npy", model.predict_proba(numpy.load("rows.npy")))
assert model.get_params() == {classifier.get_params()!r}, model.get_params()
assert not any(name == "django" for name in sys.modules)
"""
    root = Path(__file__).parents[3]
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env={"PYTHONPATH": str(root)}, check=True, timeout=60)

    assert (np.load(tmp_path / "said.npy") == classifier.predict_proba(rows)).all()


def test_only_who_fits_or_loads_a_model_imports_scikit_learn() -> None:
    code = """
import django, importlib, pkgutil, sys
django.setup()
from predictions import services
from predictions.management import commands
for module in pkgutil.iter_modules(commands.__path__):
    importlib.import_module(f"predictions.management.commands.{module.name}")
from django.urls import get_resolver
get_resolver().url_patterns
print(sorted({name.split(".")[0] for name in sys.modules} & {"sklearn", "scipy", "skops"}))
"""
    root = Path(__file__).parents[3]
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True, timeout=60
    )

    assert done.stdout.strip() == "[]"
