"""Query parameters by which rows are chosen. What is misspelt is refused, not ignored."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django_filters import Filter
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.utils import extend_schema_field
from rest_framework.request import Request

from rest.parameters import NO_YEAR, YEARS, refuse_unknown_parameters

LARGEST_ID = 2**63 - 1


class PlainIntegerField(forms.IntegerField):
    """ASCII digits and nothing else: Python's int() takes ٣, 1_000 and " 3 " as well."""

    def to_python(self, value: Any) -> int | None:
        if value and not (value.isascii() and value.isdigit()):
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return super().to_python(value)


class MomentField(forms.Field):
    """A date or a date and time in ISO 8601, as a datetime in UTC. A date stands for its time `at`."""

    default_error_messages = {
        "invalid": "Neither a date (2026-08-01) nor a moment (2026-08-01T14:00:00Z). In an address + is a space.",
        "year": NO_YEAR,
    }

    def __init__(self, *, at: time, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.at = at

    def to_python(self, value: Any) -> datetime | None:
        if not value:
            return None
        try:
            moment = self._read(value)
        except (ValueError, OverflowError):
            raise ValidationError(self.error_messages["invalid"], code="invalid") from None
        if moment.year not in YEARS:
            raise ValidationError(self.error_messages["year"], code="year")
        return moment

    def _read(self, value: str) -> datetime:
        try:
            return datetime.combine(date.fromisoformat(value), self.at, tzinfo=UTC)
        except ValueError:
            moment = datetime.fromisoformat(value)
            # OverflowError: year 1 or 9999, in a time zone that puts it into the year before or after.
            return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


class PlainIntegerFilter(Filter):
    field_class = PlainIntegerField


@extend_schema_field(
    {
        "type": "string",
        "anyOf": [{"format": "date"}, {"format": "date-time"}],
        "description": "A date, or a date and time; UTC unless it says otherwise. Inclusive.",
    }
)
class MomentFilter(Filter):
    field_class = MomentField


class StrictFilterBackend(DjangoFilterBackend):
    """As django-filter's, but a parameter that nobody knows is an error: `?statu=` would else mean all there are."""

    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: Any) -> Any:
        refuse_unknown_parameters(request, [*view.filterset_class.base_filters, *view.pagination_class.query_params])
        return super().filter_queryset(request, queryset, view)
