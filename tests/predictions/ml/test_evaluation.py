from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from predictions.ml.baseline import BaseRates
from predictions.ml.estimator import new_pipeline, probabilities
from predictions.ml.evaluation import Evaluation, walk_forward
from predictions.ml.metrics import score
from predictions.ml.training_set import FEWEST_MATCHES, TrainingSet
from tests.predictions.ml.conftest import training_set


def _walked(data: TrainingSet) -> Evaluation:
    walked = walk_forward(data)
    assert walked is not None
    return walked


def test_each_season_but_the_first_is_foretold_from_all_before_it() -> None:
    data = training_set()
    season, before = data.where(data.seasons == 2012), data.where(data.seasons < 2012)
    pipeline = new_pipeline().fit(before.features, before.outcomes)
    walked = _walked(data)

    assert list(walked.by_season) == [2011, 2012, 2013]
    assert walked.by_season[2012].model == score(probabilities(pipeline, season.features), season.outcomes)
    assert walked.by_season[2012].base_rates == score(BaseRates().fit(before).probabilities(season), season.outcomes)


def test_overall_scores_are_over_all_matches_foretold() -> None:
    walked = _walked(training_set())

    assert walked.overall.matches == 1800
    assert walked.overall.model.rps == pytest.approx(np.mean([one.model.rps for one in walked.by_season.values()]))


def test_later_seasons_do_not_show() -> None:
    data = training_set()
    corrupted = replace(data, features=np.where(data.seasons[:, None] > 2012, 99.0, data.features))

    for season in (2011, 2012):
        assert _walked(corrupted).by_season[season] == _walked(data).by_season[season]


def test_late_matches_of_an_earlier_season_do_not_show_if_the_next_has_begun() -> None:
    data = training_set()
    late = (data.seasons == 2010) & (data.days % 365 > 280)
    overlapping = replace(data, days=np.where(late, data.days + 365, data.days))
    corrupted = replace(overlapping, outcomes=np.where(late, "draw", data.outcomes))

    assert _walked(corrupted).by_season[2011] == _walked(overlapping).by_season[2011]
    assert _walked(corrupted).by_season[2012] != _walked(overlapping).by_season[2012]


def test_a_season_with_too_little_before_it_is_left_out() -> None:
    data = training_set(per_season=FEWEST_MATCHES // 2)

    assert list(_walked(data).by_season) == [2012, 2013]
    assert _walked(data).not_measured == [2010, 2011]


def test_what_was_played_before_counts_whatever_the_number_of_its_season() -> None:
    data = training_set()
    moved = replace(data, seasons=np.where(data.seasons == 2010, 2020, data.seasons))

    assert _walked(moved).by_season[2012] == _walked(data).by_season[2012]


@pytest.mark.parametrize("seasons", [1, 2])
def test_without_a_season_to_foretell_there_is_nothing_to_say(seasons: int) -> None:
    assert walk_forward(training_set(seasons, per_season=400)) is None


def test_a_season_after_one_without_draws_is_left_out() -> None:
    data = training_set()
    no_draws = replace(data, outcomes=np.where(data.seasons == 2010, "home", data.outcomes))

    assert list(_walked(no_draws).by_season) == [2012, 2013]


@pytest.mark.parametrize(("skill", "beats"), [(1.0, True), (0.0, False)])
def test_a_model_that_knows_nothing_does_not_beat_base_rates(skill: float, beats: bool) -> None:
    assert _walked(training_set(skill=skill, leagues=1)).beats_base_rates is beats


def test_figures_can_be_kept_as_json() -> None:
    walked = _walked(training_set())
    figures = json.loads(json.dumps(walked.as_dict()))

    assert figures["matches"] == 1800
    assert figures["model"] == walked.overall.model._asdict()
    assert figures["base_rates"] == walked.overall.base_rates._asdict()
    assert [season["season"] for season in figures["seasons"]] == [2011, 2012, 2013]
    assert figures["seasons"][0]["model"]["rps"] == walked.by_season[2011].model.rps
