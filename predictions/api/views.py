"""A prediction over HTTP: the cached bytes as they are, behind headers that say how they came about."""

from __future__ import annotations

from django.http.response import HttpResponseBase
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.views import APIView

from predictions.api import columns
from predictions.api.responses import prediction_response
from predictions.api.schemas import PredictionSerializer, predicts
from rest.parameters import refuse_unknown_parameters


class PredictionView(APIView):
    """The odds of one match: who wins, how many goals are expected, which model says so and since when."""

    csv_columns = columns.PREDICTION

    @extend_schema(responses=PredictionSerializer)
    @predicts(headers=["Age"])
    def get(self, request: Request, match_id: int) -> HttpResponseBase:
        """404 for a match that does not exist; 503 while no model is active, or too many ask for what is not cached."""
        refuse_unknown_parameters(request, [])
        return prediction_response(request, match_id)
