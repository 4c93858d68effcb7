"""How good a way of predicting is: everybody's forecasts of the same matches, their scores, and how sure these are."""

from predictions.ml.evaluation.walk_forward import RIVALS, TOP, Evaluation, walk_forward

__all__ = ["RIVALS", "TOP", "Evaluation", "walk_forward"]
