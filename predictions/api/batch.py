"""Many predictions by their matches' ids, in one request."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http.response import HttpResponseBase
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from predictions.api import columns
from predictions.api.asking import predict_many
from predictions.api.headers import list_headers
from predictions.api.items import items, with_items
from predictions.api.schemas import PredictionsSerializer, predicts
from rest.fields import StrictSerializer, WholeNumberField
from rest.parameters import refuse_unknown_parameters

MOST_IDS = 500


class MatchIdsField(serializers.ListField):
    """Whole numbers as JSON writes them: 1, and neither 1.0 nor "1" nor true."""

    child = WholeNumberField()

    def run_child_validation(self, data: Sequence[Any]) -> list[int]:
        """The same numbers. Raises ValidationError by place, counted from 0."""
        # As the child would say, in a fiftieth of the time. JSON's numbers are of exactly this type.
        if wrong := [place for place, value in enumerate(data) if type(value) is not int]:
            raise ValidationError({str(place): ["Not a whole number."] for place in wrong})
        return list(data)


class BatchSerializer(StrictSerializer):
    """The ids of 1 to 500 matches. One that is named twice is answered twice."""

    match_ids = MatchIdsField(
        allow_empty=False,
        min_length=1,
        max_length=MOST_IDS,
        error_messages={
            "empty": "Name one match at least.",
            "max_length": "At most {max_length} matches at once: ask for the others in another request.",
        },
    )


class PredictionBatch(APIView):
    """The odds of up to 500 matches, each in its place: from the cache where they are there, all others in one go."""

    csv_columns = columns.ITEM
    # A POST only because so many ids have no room in an address: see access.authentication.
    only_reads = True

    @extend_schema(request=BatchSerializer, responses=PredictionsSerializer)
    @predicts(headers=["Cache-Control"])
    def post(self, request: Request) -> HttpResponseBase:
        """Always 200 for ids that are whole numbers: each item has a status of its own."""
        refuse_unknown_parameters(request, [])
        asked = BatchSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        match_ids: list[int] = asked.validated_data["match_ids"]
        answers = predict_many(request, match_ids)
        now = timezone.now().timestamp()
        # A cache goes by the address, and knows nothing of the body by which another answer is asked for.
        headers = list_headers(answers.values(), now=now) | {"Cache-Control": "no-store"}
        return Response(with_items({}, items(match_ids, answers, now=now)), headers=headers)
