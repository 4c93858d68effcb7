"""Who said what of the same matches, before they were played."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from predictions.ml.evaluation.baseline import BaseRates, EloAlone
from predictions.ml.evaluation.forecasts import Forecaster, Forecasts, Step, foretell
from predictions.ml.fitting import FittedModel, fit_model
from predictions.ml.outcomes import probabilities
from predictions.ml.training_set import FEWEST_MATCHES, TrainingSet
from tests.predictions.ml.conftest import training_set


def _foretold(data: TrainingSet, *, seasons: tuple[int, ...] = ()) -> Forecasts:
    foretold = foretell(data, only=np.isin(data.seasons, seasons) if seasons else None)
    assert foretold is not None
    return foretold


def _fitted_to(data: TrainingSet) -> list[TrainingSet]:
    """What a model is fitted to on the way."""
    learnt: list[TrainingSet] = []

    def fit(known: TrainingSet) -> FittedModel:
        learnt.append(known)
        return fit_model(known)

    foretell(data, fit=fit)
    return learnt


def test_each_season_but_the_first_is_foretold_from_what_is_settled_before_it() -> None:
    data = training_set()

    assert [len(known) for known in _fitted_to(data)] == [600, 600, 1200]
    assert [int(known.seasons.max()) for known in _fitted_to(data)] == [2010, 2011, 2012]


def test_everybody_speaks_from_the_same_knowledge_of_the_same_matches() -> None:
    data = training_set(odds=True)
    before, season = data.where(data.seasons < 2012), data.where(data.seasons == 2012)
    learnt = before.settled
    model = fit_model(learnt)
    foretold = _foretold(data, seasons=(2012,))

    assert foretold.matches.days.tolist() == season.days.tolist()
    assert model.with_market is not None
    for who, expected in {
        Forecaster.MODEL: probabilities(model.pure, season.features),
        Forecaster.WITH_MARKET: probabilities(model.with_market, np.hstack([season.features, season.own_odds])),
        Forecaster.BOOKMAKERS: season.odds,
        Forecaster.ELO: EloAlone().fit(learnt).probabilities(season),
        Forecaster.BASE_RATES: BaseRates().fit(before).probabilities(season),
    }.items():
        assert np.array_equal(foretold.said[who], expected), who


def test_where_a_match_has_no_odds_only_the_others_speak() -> None:
    data = training_set(odds=True)
    without = np.arange(len(data)) % 3 == 0
    gaps = replace(
        data,
        odds=np.where(without[:, None], np.nan, data.odds),
        own_odds=np.where(without[:, None], np.nan, data.own_odds),
    )
    foretold = _foretold(gaps, seasons=(2013,))
    silent = np.isnan(foretold.matches.odds[:, 0])

    assert silent.sum() == 200
    for who, said in foretold.said.items():
        speaks = ~np.isnan(said).any(axis=1)
        assert np.array_equal(speaks, ~silent if who in (Forecaster.WITH_MARKET, Forecaster.BOOKMAKERS) else speaks | 1)
        assert np.allclose(said[speaks].sum(axis=1), 1)


def test_with_too_few_odds_before_it_a_season_has_no_model_with_odds() -> None:
    data = training_set(odds=True)
    late = (data.seasons >= 2012)[:, None]
    started = replace(data, odds=np.where(late, data.odds, np.nan), own_odds=np.where(late, data.own_odds, np.nan))
    foretold = _foretold(started)
    told = {who: set(foretold.matches.seasons[~np.isnan(said[:, 0])].tolist()) for who, said in foretold.said.items()}

    assert told[Forecaster.BOOKMAKERS] == {2012, 2013}
    assert told[Forecaster.WITH_MARKET] == {2013}
    assert told[Forecaster.MODEL] == {2011, 2012, 2013}


def test_the_model_does_not_see_the_odds_of_what_it_foretells() -> None:
    data = training_set(odds=True)
    last = (data.seasons == 2013)[:, None]
    turned = replace(
        data,
        odds=np.where(last, data.odds[:, ::-1], data.odds),
        own_odds=np.where(last, -data.own_odds, data.own_odds),
    )

    assert np.array_equal(_foretold(turned).said[Forecaster.MODEL], _foretold(data).said[Forecaster.MODEL])
    assert not np.array_equal(
        _foretold(turned).said[Forecaster.BOOKMAKERS], _foretold(data).said[Forecaster.BOOKMAKERS]
    )


def test_nothing_of_the_season_itself_or_later_is_learnt_from() -> None:
    data = training_set(odds=True)
    later = data.seasons >= 2012
    corrupted = replace(data, outcomes=np.where(later, "draw", data.outcomes))

    for who in Forecaster:
        assert np.array_equal(
            _foretold(corrupted, seasons=(2012,)).said[who], _foretold(data, seasons=(2012,)).said[who]
        )


def test_late_matches_of_an_earlier_season_do_not_show_if_the_next_has_begun() -> None:
    data = training_set()
    late = (data.seasons == 2010) & (data.days % 365 > 280)
    overlapping = replace(data, days=np.where(late, data.days + 365, data.days))

    assert [len(known) for known in _fitted_to(overlapping)] == [600 - late.sum(), 600, 1200]


def test_what_was_played_before_counts_whatever_the_number_of_its_season() -> None:
    data = training_set()
    moved = replace(data, seasons=np.where(data.seasons == 2010, 2020, data.seasons))

    assert [len(known) for known in _fitted_to(moved)] == [600, 600, 1200]


def test_only_some_are_foretold_and_all_learnt_from() -> None:
    data = training_set()
    chosen = (data.leagues == "xx.1") & (data.seasons > 2011)
    learnt: list[int] = []

    def fit(known: TrainingSet) -> FittedModel:
        learnt.append(len(known))
        return fit_model(known)

    foretold = foretell(data, only=chosen, fit=fit)
    everything = _foretold(data)

    assert foretold is not None
    assert set(foretold.matches.leagues.tolist()) == {"xx.1"}
    assert len(foretold.matches) == 600
    assert learnt == [600, 1200]
    same = np.isin(everything.matches.seasons, (2012, 2013)) & (everything.matches.leagues == "xx.1")
    assert np.array_equal(foretold.said[Forecaster.MODEL], everything.said[Forecaster.MODEL][same])


def test_it_is_told_of_each_season_that_is_foretold() -> None:
    told: list[Step] = []
    foretell(training_set(per_season=FEWEST_MATCHES // 2), tell=told.append)

    assert told == [(2012, FEWEST_MATCHES), (2013, FEWEST_MATCHES * 3 // 2)]


@pytest.mark.parametrize("seasons", [1, 2])
def test_without_a_season_to_foretell_there_is_nothing_to_say(seasons: int) -> None:
    assert foretell(training_set(seasons, per_season=400)) is None


def test_a_season_after_one_without_draws_is_left_out() -> None:
    data = training_set()
    no_draws = replace(data, outcomes=np.where(data.seasons == 2010, "home", data.outcomes))

    assert set(_foretold(no_draws).matches.seasons.tolist()) == {2012, 2013}
