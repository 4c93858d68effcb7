"""The predictions: the cache, the model, and the one service in which they meet."""

from django.apps import AppConfig


class PredictionsConfig(AppConfig):
    name = "predictions"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Listen to what changes in the football, and have the settings checked."""
        from predictions import checks, receivers  # noqa: F401
