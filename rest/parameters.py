"""Query parameters of what is no list: checked by a serializer, by which the API also describes them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from typing import Any

from rest_framework import exceptions, serializers
from rest_framework.request import Request
from rest_framework.settings import api_settings

YEARS = range(1850, 2201)
"""Those that a date may be in. Others are mistakes, and some of them too much for a time zone or a database."""
NO_YEAR = f"Not in a year from {YEARS.start} to {YEARS.stop - 1}."


def refuse_unknown_parameters(request: Request, known: Iterable[str]) -> None:
    """Raise ValidationError for a query parameter that nobody knows: `?statu=` would else mean all there are.

    Also for one that is there twice, of which only the last would count.
    """
    known = {*known, *filter(None, [api_settings.URL_FORMAT_OVERRIDE])}
    unknown = f"There is no such parameter. There are: {', '.join(sorted(known))}."
    wrong = {
        name: [unknown if name not in known else "This parameter is there more than once."]
        for name, values in sorted(request.query_params.lists())
        if name not in known or len(values) > 1
    }
    if wrong:
        raise exceptions.ValidationError(wrong)


class Parameters(serializers.Serializer[Any]):
    """Base of serializers of which each field is a query parameter. An empty one counts as left out."""

    @classmethod
    def read(cls, request: Request, *, beside: Iterable[str] = ()) -> dict[str, Any]:
        """What was asked for, checked; `beside` are parameters that others read. Raises ValidationError."""
        parameters = cls(data={name: value for name, value in request.query_params.items() if value})
        refuse_unknown_parameters(request, [*parameters.fields, *beside])
        parameters.is_valid(raise_exception=True)
        values: dict[str, Any] = parameters.validated_data
        return values


class PlainIntegerField(serializers.IntegerField):
    """ASCII digits and nothing else: Python's int() takes ٣, 1_000 and " 3 " as well."""

    def to_internal_value(self, data: Any) -> int:
        if not re.fullmatch(r"[0-9]{1,19}", str(data)):
            self.fail("invalid")
        return super().to_internal_value(data)


class DayField(serializers.DateField):
    """A date as 2026-08-01 and no other of the many ways in which ISO 8601 writes one, in a year that can be meant."""

    default_error_messages = {"year": NO_YEAR}

    def to_internal_value(self, value: Any) -> date:
        if not isinstance(value, str) or not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
            self.fail("invalid", format="YYYY-MM-DD")
        day = super().to_internal_value(value)
        if day.year not in YEARS:
            self.fail("year")
        return day
