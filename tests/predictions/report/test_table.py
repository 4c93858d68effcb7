from __future__ import annotations

from predictions.ml.evaluation import Evaluation
from predictions.ml.evaluation.forecasts import Forecaster
from predictions.report.table import table


def test_all_figures_overall_stand_beside_each_other(evaluation: Evaluation) -> None:
    lines = {line[:17].strip(): line[17:].split() for line in table(evaluation).splitlines()}
    model, compared = evaluation.overall.model, evaluation.overall.against[Forecaster.BOOKMAKERS]

    assert lines["Model"] == ["1,800"] + [
        f"{score:.4f}" for score in (model.rps, model.log_loss, model.brier, model.accuracy, model.calibration_error)
    ]
    assert lines["Bookmakers"][:2] == [f"{compared.matches:,}", f"{compared.other.rps:.4f}"]
    assert lines["Bookmakers"][6] == f"{compared.model.rps:.4f}"
    assert lines["Bookmakers"][7][1:] == f"{abs(compared.rps_difference.mean):.4f}"


def test_each_season_and_league_has_a_line_with_intervals(evaluation: Evaluation) -> None:
    lines = [line.split() for line in table(evaluation).splitlines()]
    firsts = [line[0] for line in lines if line]
    season = next(line for line in lines if line and line[0] == "2012/13")
    low = evaluation.by_season[2012].against[Forecaster.BASE_RATES].rps_difference.low

    for name in ("2011/12", "2012/13", "2013/14", "xx.0", "xx.1"):
        assert firsts.count(name) == 1
    assert season[1:3] == ["600", str(evaluation.by_season[2012].against[Forecaster.BOOKMAKERS].matches)]
    assert season[-2] == f"[−{abs(low):.4f},"


def test_who_says_nothing_is_a_dash(without_odds: Evaluation) -> None:
    told = table(without_odds)
    season = next(line.split() for line in told.splitlines() if line.startswith("2011/12"))

    assert season[1:3] == ["600", "0"]
    assert season.count("–") == 2
    assert not any(line.startswith("Bookmakers") for line in told.splitlines())


def test_what_was_not_measured_is_named(evaluation: Evaluation) -> None:
    assert table(evaluation).endswith("too few matches before them to learn from: 2010/11.")


def test_lines_fit_a_wide_terminal(evaluation: Evaluation) -> None:
    assert max(map(len, table(evaluation).splitlines())) <= 150
