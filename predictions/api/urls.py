"""The addresses below /api/v1/."""

from django.urls import path

from predictions.api.trained_models import TrainedModelDetail, TrainedModelList
from predictions.api.views import PredictionView

urlpatterns = [
    path("predictions/<int:match_id>/", PredictionView.as_view(), name="prediction"),
    path("models/", TrainedModelList.as_view(), name="models"),
    path("models/<slug:version>/", TrainedModelDetail.as_view(), name="model"),
]
