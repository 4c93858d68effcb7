from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest

from predictions.ml.confidence import confidence_table
from predictions.ml.evaluation import RIVALS, TOP, Evaluation, walk_forward
from predictions.ml.evaluation.calibration import calibration_error
from predictions.ml.evaluation.comparison import Part
from predictions.ml.evaluation.forecasts import Forecaster, foretell
from predictions.ml.evaluation.metrics import ranked_probability_scores, score
from predictions.ml.outcomes import OUTCOMES
from predictions.ml.training_set import FEWEST_MATCHES, TrainingSet
from tests.predictions.ml.conftest import training_set


def _walked(data: TrainingSet, **options: Any) -> Evaluation:
    walked = walk_forward(data, **options)
    assert walked is not None
    return walked


def _some_odds() -> TrainingSet:
    """Every third match has none."""
    data = training_set(odds=True)
    without = (np.arange(len(data)) % 3 == 0)[:, None]
    return replace(data, odds=np.where(without, np.nan, data.odds), own_odds=np.where(without, np.nan, data.own_odds))


def test_scores_are_of_what_was_foretold() -> None:
    data = training_set()
    foretold = foretell(data)
    assert foretold is not None
    season = foretold.matches.seasons == 2012
    walked = _walked(data)

    for part, rows in ((walked.overall, season | True), (walked.by_season[2012], season)):
        outcomes = foretold.matches.outcomes[rows]
        assert part.matches == rows.sum()
        assert part.model == score(foretold.said[Forecaster.MODEL][rows], outcomes)
        assert part.base_rates == score(foretold.said[Forecaster.BASE_RATES][rows], outcomes)
        assert part.against[Forecaster.ELO].other == score(foretold.said[Forecaster.ELO][rows], outcomes)


def test_each_comparison_is_on_the_matches_of_which_the_other_says_something() -> None:
    data = _some_odds()
    foretold = foretell(data)
    assert foretold is not None
    rows = foretold.matches.has_odds
    bookmakers = _walked(data).overall.against[Forecaster.BOOKMAKERS]

    assert bookmakers.matches == rows.sum() == 1200
    assert bookmakers.model == score(foretold.said[Forecaster.MODEL][rows], foretold.matches.outcomes[rows])
    assert bookmakers.other == score(foretold.matches.odds[rows], foretold.matches.outcomes[rows])
    assert bookmakers.rps_difference.mean == pytest.approx(bookmakers.model.rps - bookmakers.other.rps)


def test_who_knows_the_truth_is_better_for_sure() -> None:
    data = training_set(odds=True)
    blurred = data.features + np.random.default_rng(6).normal(size=data.features.shape)
    against = _walked(replace(data, features=blurred)).overall.against

    assert against[Forecaster.BOOKMAKERS].rps_difference.low > 0
    assert against[Forecaster.BASE_RATES].rps_difference.high < 0


def test_the_interval_is_that_of_the_differences_match_by_match() -> None:
    """The plain bootstrap by hand: both are drawn together, so what they share does not make it wider."""
    data = training_set(odds=True)
    foretold = foretell(data)
    assert foretold is not None
    model, market = (
        ranked_probability_scores(foretold.said[who], foretold.matches.outcomes)
        for who in (Forecaster.MODEL, Forecaster.BOOKMAKERS)
    )
    random = np.random.default_rng(7)
    means = [(model - market)[random.integers(1800, size=1800)].mean() for _ in range(2000)]
    interval = _walked(data).overall.against[Forecaster.BOOKMAKERS].rps_difference

    assert (interval.low, interval.high) == pytest.approx(np.quantile(means, [0.025, 0.975]), abs=0.0004)
    assert interval.high - interval.low < 0.01 < 4 * model.std() / 1800**0.5


@pytest.mark.parametrize("kind", ["season", "league"])
def test_parts_are_of_their_own_matches_and_together_all(kind: str) -> None:
    walked = _walked(_some_odds())
    parts: list[Part] = list((walked.by_season if kind == "season" else walked.by_league).values())
    for who in RIVALS:
        compared = [part.against[who] for part in parts if who in part.against]
        weights = [one.matches for one in compared]
        assert sum(weights) == walked.overall.against[who].matches
        assert np.average([one.other.rps for one in compared], weights=weights) == pytest.approx(
            walked.overall.against[who].other.rps
        )
        assert np.average([one.rps_difference.mean for one in compared], weights=weights) == pytest.approx(
            walked.overall.against[who].rps_difference.mean
        )


def test_each_league_has_each_season() -> None:
    walked = _walked(training_set())

    assert list(walked.by_league) == ["xx.0", "xx.1"]
    assert list(walked.by_league_and_season) == [
        (code, year) for code in ("xx.0", "xx.1") for year in (2011, 2012, 2013)
    ]
    assert {part.matches for part in walked.by_league_and_season.values()} == {300}


def test_who_says_nothing_of_a_part_is_not_compared_there() -> None:
    data = training_set(odds=True)
    late = (data.seasons == 2013)[:, None]
    walked = _walked(replace(data, odds=np.where(late, data.odds, np.nan)))

    assert Forecaster.BOOKMAKERS not in walked.by_season[2012].against
    assert walked.by_season[2013].against[Forecaster.BOOKMAKERS].matches == 600
    assert walked.overall.against[Forecaster.BOOKMAKERS].matches == 600
    assert Forecaster.BOOKMAKERS not in _walked(training_set()).overall.against


def test_later_seasons_do_not_show() -> None:
    data = training_set()
    corrupted = replace(data, features=np.where(data.seasons[:, None] > 2012, 99.0, data.features))

    for season in (2011, 2012):
        assert _walked(corrupted).by_season[season] == _walked(data).by_season[season]


def test_seasons_with_too_little_before_them_are_named() -> None:
    data = training_set(per_season=FEWEST_MATCHES // 2)

    assert list(_walked(data).by_season) == [2012, 2013]
    assert _walked(data).not_measured == [2010, 2011]


def test_of_some_matches_only_these_are_scored() -> None:
    data = training_set(per_season=FEWEST_MATCHES // 2)
    walked = _walked(data, only=(data.leagues == "xx.1") & (data.seasons > 2010))

    assert list(walked.by_league) == ["xx.1"]
    assert walked.overall.matches == FEWEST_MATCHES // 2
    assert walked.not_measured == [2011]


def test_the_days_are_those_of_the_first_and_the_last_match_foretold() -> None:
    data = training_set()
    walked = _walked(data, only=data.seasons == 2012)

    assert (walked.first_day, walked.last_day) == tuple(date.fromordinal(2012 * 365 + day) for day in (0, 299))


def test_without_a_season_to_foretell_there_is_nothing_to_say() -> None:
    assert walk_forward(training_set(2, per_season=400)) is None


@pytest.mark.parametrize(("skill", "beats"), [(1.0, True), (0.0, False)])
def test_a_model_that_knows_nothing_does_not_beat_base_rates(skill: float, beats: bool) -> None:
    assert _walked(training_set(skill=skill, leagues=1)).beats_base_rates is beats


def test_calibration_is_of_each_outcome_and_of_the_most_probable() -> None:
    walked = _walked(training_set())

    assert list(walked.calibration) == [*OUTCOMES, TOP]
    assert all(sum(one.matches for one in bins) == 1800 for bins in walked.calibration.values())
    assert calibration_error(walked.calibration[TOP]) == walked.overall.model.calibration_error
    assert calibration_error(walked.calibration["draw"]) < 0.05


def test_confidence_is_of_what_was_foretold() -> None:
    data = training_set()
    foretold = foretell(data)
    assert foretold is not None

    assert _walked(data).confidence == confidence_table(foretold.said[Forecaster.MODEL], foretold.matches.outcomes)


def test_what_a_model_keeps_is_compact_json() -> None:
    walked = _walked(_some_odds())
    figures = json.loads(json.dumps(walked.as_dict(), allow_nan=False))

    assert figures["matches"] == 1800
    for who, scores in (("model", walked.overall.model), ("base_rates", walked.overall.base_rates)):
        assert figures[who] == pytest.approx(scores._asdict(), abs=1e-6)
    bookmakers = walked.overall.against[Forecaster.BOOKMAKERS]
    assert figures["bookmakers"] == pytest.approx(
        {"matches": 1200, "rps": bookmakers.other.rps, "model_rps": bookmakers.model.rps}, abs=1e-6
    )
    assert figures["rps_differences"]["bookmakers"] == pytest.approx(bookmakers.rps_difference._asdict(), abs=1e-6)
    assert [(season["season"], season["matches"]) for season in figures["seasons"]] == [
        (2011, 600),
        (2012, 600),
        (2013, 600),
    ]
    assert [league["league"] for league in figures["leagues"]] == ["xx.0", "xx.1"]
    assert figures["confidence"] == walked.confidence
    tops = [bin_ for bin_ in figures["calibration"] if bin_.pop("of") == TOP]
    assert tops == [pytest.approx(one._asdict(), abs=1e-6) for one in walked.calibration[TOP]]
    assert len(json.dumps(figures)) < 9000


def test_all_figures_can_be_had_as_json() -> None:
    walked = _walked(_some_odds())
    figures = json.loads(json.dumps(walked.details(), allow_nan=False))

    assert figures["beats_base_rates"] is True
    assert figures["overall"]["against"]["elo"]["rps_difference"] == (
        walked.overall.against[Forecaster.ELO].rps_difference._asdict()
    )
    assert figures["leagues_and_seasons"][4]["league"] == "xx.1"
    assert figures["leagues_and_seasons"][4]["season"] == 2012
    assert figures["leagues_and_seasons"][4]["model"] == (walked.by_league_and_season["xx.1", 2012].model._asdict())
    assert figures["calibration"]["home"][3] == walked.calibration["home"][3]._asdict()
    assert figures["seasons_not_measured"] == [2010]
