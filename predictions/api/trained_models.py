"""Trained models over HTTP, and how good what each published before kickoff has turned out to be."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.utils.decorators import method_decorator
from django.views.decorators.cache import cache_control
from django_filters import ChoiceFilter, FilterSet
from rest_framework import serializers
from rest_framework.generics import GenericAPIView, ListAPIView, RetrieveAPIView

from predictions import track_record
from predictions.models import TrainedModel
from predictions.track_record import Record
from rest.filters import StrictFilterBackend
from rest.pagination import KeysetPagination
from rest.parameters import refuse_unknown_parameters
from rest.problems import Problem

# Each result changes a record, of which nobody tells a client.
_ask_again = method_decorator(cache_control(no_cache=True), name="get")


class TrainedModelSerializer(serializers.ModelSerializer[TrainedModel]):
    """`matches`, `first_day` and `last_day` say what it learnt from, `scores` how it did on seasons it did not know.

    `track_record` is of what it said before kickoff, as far as there are results; null while there are none.
    """

    scores = serializers.SerializerMethodField()
    track_record = serializers.SerializerMethodField()

    class Meta:
        model = TrainedModel
        fields = [
            "version",
            "status",
            "trained_at",
            "activated_at",
            "matches",
            "first_day",
            "last_day",
            "beats_base_rates",
            "scores",
            "track_record",
        ]

    def get_scores(self, row: TrainedModel) -> dict[str, Any] | None:
        """The figures over all seasons, without those of each."""
        if not isinstance(row.scores, dict):
            # Not measured; or it is no row of ours, since the column takes any JSON.
            return None
        return {name: figures for name, figures in row.scores.items() if not isinstance(figures, list)}

    def get_track_record(self, row: TrainedModel) -> dict[str, Any] | None:
        records: dict[str, list[Record]] = self.context["records"]
        return track_record.as_dict(records.get(row.version, []))


class TrainedModelFilter(FilterSet):
    status = ChoiceFilter(
        choices=TrainedModel.Status.choices,
        error_messages={"invalid_choice": f"Not one of {', '.join(TrainedModel.Status.values)}."},
    )


class TrainedModelPagination(KeysetPagination):
    field = "trained_at"
    newest_first = True


class _TrainedModelView(GenericAPIView[TrainedModel]):
    queryset = TrainedModel.objects.all()
    serializer_class = TrainedModelSerializer
    _records: dict[str, list[Record]]

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "records": self._records}

    def _read_records(self, rows: Collection[TrainedModel]) -> None:
        """All at once: one query, however many models."""
        self._records = track_record.by_model([row.version for row in rows])


@_ask_again
class TrainedModelList(_TrainedModelView, ListAPIView[TrainedModel]):
    """All models that were ever registered, the newest first, 50 to a page, up to 500 with `page_size`."""

    filter_backends = [StrictFilterBackend]
    filterset_class = TrainedModelFilter
    pagination_class = TrainedModelPagination

    def paginate_queryset(self, queryset: Any) -> Any:
        page = super().paginate_queryset(queryset)
        self._read_records(page or [])
        return page


@_ask_again
class TrainedModelDetail(_TrainedModelView, RetrieveAPIView[TrainedModel]):
    """One model."""

    filter_backends: list[type] = []

    def get_object(self) -> TrainedModel:
        """Raises Problem (404), and ValidationError."""
        refuse_unknown_parameters(self.request, [])
        version = self.kwargs["version"]
        row = self.get_queryset().filter(version=version).first()
        if row is None:
            raise Problem("not-found", f"There is no model {version}.")
        self._read_records([row])
        return row
