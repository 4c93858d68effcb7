from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from predictions.ml.features import FEATURE_NAMES, FEATURE_SETS
from predictions.ml.fitting import FEWEST_WITH_ODDS, fit_model, new_classifier
from predictions.ml.outcomes import probabilities
from predictions.ml.own_odds import OWN_ODDS_NAMES
from predictions.ml.training_set import TrainingSet
from tests.predictions.ml.conftest import training_set

DATA = training_set(2, odds=True)
TOLD = np.hstack([DATA.features, DATA.own_odds])
ODDS_COLUMNS = tuple(range(len(FEATURE_NAMES), len(FEATURE_NAMES) + len(OWN_ODDS_NAMES)))


def _with_odds_in(rows: int, outcomes: tuple[str, ...] = ("home", "draw", "away")) -> TrainingSet:
    """Only so many matches have odds, and only those that ended like this."""
    able = np.flatnonzero(np.isin(DATA.outcomes, outcomes))[:rows]
    return replace(DATA, own_odds=np.where(np.isin(np.arange(len(DATA)), able)[:, None], DATA.own_odds, np.nan))


def test_a_model_is_two_classifiers_one_of_which_is_told_the_odds() -> None:
    model = fit_model(DATA)

    assert model.with_market is not None
    assert model.pure.n_features_in_ == len(FEATURE_NAMES)
    assert model.with_market.n_features_in_ == len(FEATURE_NAMES) + len(OWN_ODDS_NAMES)
    assert probabilities(model.pure, DATA.features).shape == probabilities(model.with_market, TOLD).shape == (1200, 3)


def test_each_match_is_judged_by_the_best_set_of_features_that_it_has() -> None:
    sets = fit_model(DATA).pure.column_sets or ()

    assert [tuple(FEATURE_NAMES[column] for column in columns) for columns in sets] == list(FEATURE_SETS.values())


def test_who_is_told_the_odds_goes_by_nothing_else() -> None:
    model = fit_model(DATA)
    assert model.with_market is not None
    unknown = np.where(np.isin(range(TOLD.shape[1]), ODDS_COLUMNS), TOLD, np.nan)

    assert model.with_market.column_sets == (ODDS_COLUMNS,)
    assert (model.with_market.predict_proba(unknown) == model.with_market.predict_proba(TOLD)).all()


def _shares(data: TrainingSet) -> Any:
    """What each match teaches, one column for each of the classifier's classes."""
    happened = data.outcomes[:, None] == np.array(["away", "draw", "home"])
    odds = data.odds[:, ::-1]
    return np.where(np.isnan(odds), happened, (happened + odds) / 2)


@pytest.mark.parametrize("share", [1, 2, 3])
def test_a_match_teaches_half_how_it_ended_and_half_what_bookmakers_held_probable(share: int) -> None:
    """At the optimum the slope of the regularised log-likelihood of these shares is 0. Every so many have odds."""
    some = np.arange(len(DATA))[:, None] % share == 0
    data = replace(DATA, odds=np.where(some, DATA.odds, np.nan))
    classifier = fit_model(data).pure
    for columns, (scaler, regression) in zip(classifier.column_sets_, classifier.pipelines_, strict=True):
        rows = scaler.transform(data.features[:, columns])
        error = _shares(data) - regression.predict_proba(rows)

        assert error.sum(axis=0) == pytest.approx(0, abs=1e-6)
        assert error.T @ rows == pytest.approx(regression.coef_ / regression.C, abs=1e-4)


def test_columns_are_scaled_as_if_each_match_were_seen_once() -> None:
    some = np.arange(len(DATA))[:, None] < 700
    classifier = fit_model(replace(DATA, odds=np.where(some, DATA.odds, np.nan))).pure
    for columns, (scaler, _) in zip(classifier.column_sets_, classifier.pipelines_, strict=True):
        assert scaler.mean_ == pytest.approx(DATA.features[:, columns].mean(axis=0), abs=1e-12)
        assert scaler.scale_ == pytest.approx(DATA.features[:, columns].std(axis=0), abs=1e-12)


def test_without_odds_only_how_matches_ended_is_learnt() -> None:
    data = training_set(2)
    expected = new_classifier(with_market=False).fit(data.features, data.outcomes)

    said = fit_model(data).pure.predict_proba(data.features)
    assert said == pytest.approx(expected.predict_proba(data.features), abs=1e-9)


def test_who_is_told_the_odds_learns_only_how_matches_ended() -> None:
    """The odds are its features: to be taught them would be to repeat them."""
    model, expected = fit_model(DATA), new_classifier(with_market=True).fit(TOLD, DATA.outcomes)
    assert model.with_market is not None

    assert model.with_market.predict_proba(TOLD) == pytest.approx(expected.predict_proba(TOLD), abs=1e-9)


def test_what_is_told_makes_a_difference() -> None:
    """The features but the first are noise here, and the odds say all there is to know."""
    data = training_set(2, skill=1.0, odds=True)
    blind = replace(data, features=np.zeros_like(data.features))
    model = fit_model(blind)
    assert model.with_market is not None
    said = probabilities(model.with_market, np.hstack([blind.features, blind.own_odds]))

    assert np.corrcoef(said[:, 0], data.odds[:, 0])[0, 1] > 0.98
    assert probabilities(model.pure, blind.features).std(axis=0) == pytest.approx(0, abs=1e-12)


def test_with_too_few_odds_there_is_nothing_to_say_about_them() -> None:
    assert fit_model(_with_odds_in(FEWEST_WITH_ODDS - 1)).with_market is None
    assert fit_model(_with_odds_in(FEWEST_WITH_ODDS)).with_market is not None
    assert fit_model(_with_odds_in(0)).with_market is None


def test_odds_of_matches_that_never_ended_in_a_draw_teach_nothing() -> None:
    data = _with_odds_in(600, ("home", "away"))
    assert (~np.isnan(data.own_odds[:, 0])).sum() >= FEWEST_WITH_ODDS

    assert fit_model(data).with_market is None


def test_only_matches_with_odds_teach_what_they_mean() -> None:
    data = _with_odds_in(600)
    has = ~np.isnan(data.own_odds[:, 0])
    some, alone = fit_model(data).with_market, fit_model(data.where(has)).with_market
    assert some is not None
    assert alone is not None

    assert (some.predict_proba(TOLD) == alone.predict_proba(TOLD)).all()
