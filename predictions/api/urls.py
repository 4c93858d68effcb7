"""The addresses below /api/v1/."""

from django.urls import path

from predictions.api.batch import PredictionBatch
from predictions.api.lookup import PredictionLookup
from predictions.api.trained_models import TrainedModelDetail, TrainedModelList
from predictions.api.upcoming import PredictionList
from predictions.api.views import PredictionView
from predictions.api.what_if import WhatIf

urlpatterns = [
    path("predictions/", PredictionList.as_view(), name="predictions"),
    path("predictions/batch/", PredictionBatch.as_view(), name="prediction-batch"),
    path("predictions/lookup/", PredictionLookup.as_view(), name="prediction-lookup"),
    path("predictions/what-if/", WhatIf.as_view(), name="prediction-what-if"),
    path("predictions/<int:match_id>/", PredictionView.as_view(), name="prediction"),
    path("models/", TrainedModelList.as_view(), name="models"),
    path("models/<slug:version>/", TrainedModelDetail.as_view(), name="model"),
]
