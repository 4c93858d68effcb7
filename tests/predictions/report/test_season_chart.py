from __future__ import annotations

import re
from itertools import pairwise

import pytest

from predictions.ml.evaluation import Evaluation
from predictions.ml.evaluation.forecasts import Forecaster
from predictions.report.season_chart import LINE_HEIGHT, NAME_WIDTH, Line, season_chart


def _line(evaluation: Evaluation, who: Forecaster) -> Line:
    return next(line for line in season_chart(evaluation.by_season).lines if line.who == who)


def test_each_season_is_a_point_at_its_rps(evaluation: Evaluation) -> None:
    """Two known heights say how far apart all others must be."""
    rps = [part.model.rps for part in evaluation.by_season.values()]
    base = [part.base_rates.rps for part in evaluation.by_season.values()]
    model_y = [point.y for point in _line(evaluation, Forecaster.MODEL).points]
    base_y = [point.y for point in _line(evaluation, Forecaster.BASE_RATES).points]
    scale = (model_y[0] - base_y[0]) / (base[0] - rps[0])

    assert scale > 0
    assert [model_y[0] - y for y in (*model_y, *base_y)] == pytest.approx(
        [scale * (figure - rps[0]) for figure in (*rps, *base)], abs=0.3
    )
    assert _line(evaluation, Forecaster.MODEL).points[1].text == (f"Model, 2012/13: {rps[1]:.4f} on 600 matches")


def test_a_point_of_fewer_matches_than_the_models_says_so(evaluation: Evaluation) -> None:
    assert [point.partial for point in _line(evaluation, Forecaster.BOOKMAKERS).points] == [True, True]
    assert [point.partial for point in _line(evaluation, Forecaster.ELO).points] == [False, False, False]


def test_who_says_nothing_has_no_line(without_odds: Evaluation) -> None:
    assert {line.who for line in season_chart(without_odds.by_season).lines} == {"model", "elo", "base_rates"}


def test_a_line_is_broken_where_a_season_is_missing(evaluation: Evaluation) -> None:
    seasons = {year: part for year, part in evaluation.by_season.items() if year != 2012}
    chart = season_chart({**seasons, 2014: evaluation.by_season[2013]})

    assert [re.sub(r"[^ML]", "", line.path) for line in chart.lines if line.who == "model"] == ["MML"]
    assert re.sub(r"[^ML]", "", _line(evaluation, Forecaster.MODEL).path) == "MLL"


@pytest.mark.parametrize("rps", [[0.2] * 5, [0.19, 0.2, 0.2, 0.2, 0.2], [0.19, 0.19, 0.19, 0.19, 0.2]])
def test_labels_keep_apart_and_inside_and_in_order(evaluation: Evaluation, rps: list[float]) -> None:
    """Also if all lines end at the top, or at the bottom."""
    part = evaluation.by_season[2013]
    model, *others = rps
    against = {
        who: compared._replace(other=compared.other._replace(rps=figure))
        for (who, compared), figure in zip(part.against.items(), others, strict=True)
    }
    chart = season_chart({2013: part._replace(model=part.model._replace(rps=model), against=against)})
    places = sorted(line.label_y for line in chart.lines)

    assert len(places) == 5
    assert all(below - above >= LINE_HEIGHT for above, below in pairwise(places))
    assert chart.top <= places[0]
    assert places[-1] <= chart.bottom
    ends = [(line.points[-1].y, line.label_y) for line in chart.lines]
    assert all(label <= other for y, label in ends for other_y, other in ends if y < other_y)


@pytest.mark.parametrize("count", [1, 3, 30, 150])
def test_names_of_seasons_do_not_cover_each_other(evaluation: Evaluation, count: int) -> None:
    chart = season_chart({2000 + number: evaluation.by_season[2013] for number in range(count)})
    places = sorted(tick.at for tick in chart.seasons)

    assert 1 <= len(places) <= count
    assert all(right - left >= NAME_WIDTH * 0.9 for left, right in pairwise(places))
    assert chart.left < places[0] <= places[-1] < chart.right
    assert chart.seasons[0].text == f"{1999 + count}/{(2000 + count) % 100:02}"
