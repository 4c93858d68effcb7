"""The addresses below /api/v1/."""

from django.urls import path

from predictions.api.views import PredictionView

urlpatterns = [path("predictions/<int:match_id>/", PredictionView.as_view(), name="prediction")]
