"""What the predictions keep in the database."""

from predictions.models.artefact import ModelArtefact
from predictions.models.invalidation import Invalidation
from predictions.models.published import PublishedPrediction
from predictions.models.trained_model import TrainedModel

__all__ = ["Invalidation", "ModelArtefact", "PublishedPrediction", "TrainedModel"]
