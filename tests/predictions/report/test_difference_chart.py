from __future__ import annotations

import pytest

from predictions.ml.evaluation import Evaluation
from predictions.ml.evaluation.bootstrap import Interval
from predictions.ml.evaluation.forecasts import Forecaster
from predictions.report.difference_chart import difference_chart
from predictions.report.words import signed


def test_each_other_one_has_a_row_with_its_interval(evaluation: Evaluation) -> None:
    against = evaluation.overall.against
    chart = difference_chart(against)

    assert [row.who for row in chart.rows] == list(against)
    for row, compared in zip(chart.rows, against.values(), strict=True):
        assert chart.left < row.low < row.mean < row.high < chart.right
        assert (row.mean < chart.zero) == (compared.rps_difference.mean < 0)
        assert row.text.startswith(signed(compared.rps_difference.mean))


@pytest.mark.parametrize("better", [True, False])
def test_zero_is_on_the_chart_also_if_all_lie_on_one_side(evaluation: Evaluation, better: bool) -> None:
    base = evaluation.overall.against[Forecaster.BASE_RATES]
    mean, low, high = base.rps_difference
    turned = base if better else base._replace(rps_difference=Interval(-mean, -high, -low))
    chart = difference_chart({Forecaster.BASE_RATES: turned})

    assert high < 0
    assert chart.left < chart.zero < chart.right
    assert any(text == "0.000" and x == chart.zero for x, text in chart.ticks)


def test_rows_lie_within_the_chart(evaluation: Evaluation) -> None:
    chart = difference_chart(evaluation.overall.against)

    assert chart.top < min(row.y for row in chart.rows)
    assert max(row.y for row in chart.rows) < chart.bottom < chart.height
