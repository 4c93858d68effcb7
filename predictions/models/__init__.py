"""What the predictions keep in the database."""

from predictions.models.trained_model import TrainedModel

__all__ = ["TrainedModel"]
