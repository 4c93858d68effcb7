"""Pages by keyset: each begins after the last row of the one before, in the order of a moment, then of ids.

REST framework's CursorPagination knows only the first of the two, and repeats rows on the way back through a page of
one moment, which matches whose time of day is unknown make common.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any, NamedTuple

from django.db.models import Model, Q, QuerySet
from django.utils.http import urlsafe_base64_decode, urlsafe_base64_encode
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param
from rest_framework.views import APIView

_CURSOR = re.compile(r"(?P<way>[<>])(?P<id>[0-9]{1,18})@(?P<moment>[0-9T:.+-]{1,40})")


class Cursor(NamedTuple):
    """Where a page begins: beyond this row, on to later ones or back to earlier ones."""

    later: bool
    moment: datetime
    pk: int

    def encode(self) -> str:
        way = ">" if self.later else "<"
        return urlsafe_base64_encode(f"{way}{self.pk}@{self.moment.astimezone(UTC).isoformat()}".encode())

    @classmethod
    def decode(cls, text: str) -> Cursor:
        """Raises ValueError for what `encode` did not make."""
        found = _CURSOR.fullmatch(urlsafe_base64_decode(text).decode("ascii"))
        if found is None:
            raise ValueError(text)
        moment = datetime.fromisoformat(found["moment"])
        if moment.utcoffset() != UTC.utcoffset(None):
            raise ValueError(text)
        return cls(found["way"] == ">", moment, int(found["id"]))

    def beyond(self, queryset: QuerySet[Any], field: str) -> QuerySet[Any]:
        """The rows beyond this one in the order of `field`."""
        if self.later:
            ties = Q(**{field: self.moment}, id__lte=self.pk)
            return queryset.filter(~ties, **{f"{field}__gte": self.moment})
        ties = Q(**{field: self.moment}, id__gte=self.pk)
        return queryset.filter(~ties, **{f"{field}__lte": self.moment})


class KeysetPagination(BasePagination):
    page_size = 50
    max_page_size = 500
    query_params = ("cursor", "page_size")
    field: str
    """Of which the moment is. There must be an index on it and the id, or few rows."""
    newest_first = False

    def paginate_queryset(self, queryset: Any, request: Request, view: APIView | None = None) -> list[Any]:
        """One query, whatever the page. Raises ValidationError for a cursor or size that makes no sense."""
        size = self._page_size(request)
        cursor = self._cursor(request)
        later = cursor.later if cursor else not self.newest_first
        if cursor:
            queryset = cursor.beyond(queryset, self.field)
        ordered = queryset.order_by(self.field, "id") if later else queryset.order_by(f"-{self.field}", "-id")
        rows = list(ordered[: size + 1])
        page, more = rows[:size], len(rows) > size
        forwards = later is not self.newest_first
        if not forwards:
            page.reverse()
        self._next = self._previous = None
        if page and (more if forwards else True):
            self._next = self._link(request, page[-1], forwards=True)
        if page and (cursor is not None if forwards else more):
            self._previous = self._link(request, page[0], forwards=False)
        return page

    def get_paginated_response(self, data: Any) -> Response:
        return Response({"next": self._next, "previous": self._previous, "results": data})

    def _page_size(self, request: Request) -> int:
        text = request.query_params.get("page_size", str(self.page_size))
        if not re.fullmatch(r"[0-9]{1,3}", text) or not 1 <= int(text) <= self.max_page_size:
            raise ValidationError({"page_size": [f"Not a whole number from 1 to {self.max_page_size}."]})
        return int(text)

    def _cursor(self, request: Request) -> Cursor | None:
        text = request.query_params.get("cursor")
        if text is None:
            return None
        try:
            return Cursor.decode(text)
        except ValueError:
            raise ValidationError({"cursor": ["Not a cursor: follow `next` and `previous` as they are."]}) from None

    def _link(self, request: Request, row: Model, *, forwards: bool) -> str:
        cursor = Cursor(forwards is not self.newest_first, getattr(row, self.field), row.pk)
        return replace_query_param(request.build_absolute_uri(), "cursor", cursor.encode())
