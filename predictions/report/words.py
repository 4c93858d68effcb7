"""How a report calls things, and writes numbers."""

from __future__ import annotations

from predictions.ml.evaluation import TOP
from predictions.ml.evaluation.forecasts import Forecaster
from predictions.ml.outcomes import Outcome

NAMES = {
    Forecaster.MODEL: "Model",
    Forecaster.WITH_MARKET: "Model with odds",
    Forecaster.BOOKMAKERS: "Bookmakers",
    Forecaster.ELO: "Elo alone",
    Forecaster.BASE_RATES: "Base rates",
}
IN_A_SENTENCE = {
    Forecaster.MODEL: "the model",
    Forecaster.WITH_MARKET: "the model with odds",
    Forecaster.BOOKMAKERS: "the bookmakers",
    Forecaster.ELO: "Elo alone",
    Forecaster.BASE_RATES: "the base rates",
}
WHAT_CAME_ABOUT = {
    str(Outcome.HOME): "Home win",
    str(Outcome.DRAW): "Draw",
    str(Outcome.AWAY): "Away win",
    TOP: "Most probable outcome",
}
MINUS = "−"


def figure(number: float, digits: int = 4) -> str:
    return f"{number:.{digits}f}"


def signed(number: float, digits: int = 4) -> str:
    """With its sign, so that a column of them lines up; zero has none."""
    text = f"{abs(number):.{digits}f}"
    if not float(text):
        return text
    return (MINUS if number < 0 else "+") + text


def season_name(season: int) -> str:
    """2014 is 2014/15."""
    return f"{season}/{(season + 1) % 100:02}"
