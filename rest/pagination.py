"""Pages by keyset: each begins after the last row of the one before, in the order of a field, then of ids.

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

_CURSOR = re.compile(r"(?P<way>[<>])(?P<id>[0-9]{1,18})(@(?P<moment>[0-9T:.+-]{1,40})|=(?P<text>[^\x00]{0,200}))")


class Cursor(NamedTuple):
    """Where a page begins: beyond this row, on to later ones or back to earlier ones."""

    later: bool
    value: datetime | str
    """Of the field that gives the order. No text has more than 200 characters."""
    pk: int

    def encode(self) -> str:
        way = ">" if self.later else "<"
        value = f"={self.value}" if isinstance(self.value, str) else f"@{self.value.astimezone(UTC).isoformat()}"
        return urlsafe_base64_encode(f"{way}{self.pk}{value}".encode())

    @classmethod
    def decode(cls, text: str) -> Cursor:
        """Raises ValueError for what `encode` did not make."""
        found = _CURSOR.fullmatch(urlsafe_base64_decode(text).decode())
        if found is None:
            raise ValueError(text)
        later, pk = found["way"] == ">", int(found["id"])
        if found["moment"] is None:
            return cls(later, found["text"], pk)
        moment = datetime.fromisoformat(found["moment"])
        if moment.utcoffset() != UTC.utcoffset(None):
            raise ValueError(text)
        return cls(later, moment, pk)

    def beyond(self, queryset: QuerySet[Any], field: str) -> QuerySet[Any]:
        """The rows beyond this one in the order of `field`."""
        if self.later:
            ties = Q(**{field: self.value}, id__lte=self.pk)
            return queryset.filter(~ties, **{f"{field}__gte": self.value})
        ties = Q(**{field: self.value}, id__gte=self.pk)
        return queryset.filter(~ties, **{f"{field}__lte": self.value})


class KeysetPagination(BasePagination):
    page_size = 50
    max_page_size = 500
    query_params: tuple[str, ...] = ("cursor", "page_size")
    """With "ordering" among them, the client says which way round."""
    field: str
    """That gives the order: a moment or a text. There must be an index on it and the id, or few rows."""
    kind: type[datetime | str] = datetime
    newest_first = False

    def paginate_queryset(self, queryset: Any, request: Request, view: APIView | None = None) -> list[Any]:
        """One query, whatever the page. Raises ValidationError for a cursor, size or order that makes no sense."""
        size = self._page_size(request)
        cursor = self._cursor(request)
        newest_first = self._newest_first(request)
        later = cursor.later if cursor else not newest_first
        if cursor:
            queryset = cursor.beyond(queryset, self.field)
        ordered = queryset.order_by(self.field, "id") if later else queryset.order_by(f"-{self.field}", "-id")
        rows = list(ordered[: size + 1])
        page, more = rows[:size], len(rows) > size
        forwards = later is not newest_first
        if not forwards:
            page.reverse()
        self.links: dict[str, str | None] = {"next": None, "previous": None}
        """Where the pages beside this one are, in full; None where there are none."""
        if page and (more if forwards else True):
            self.links["next"] = self._link(request, page[-1], later=not newest_first)
        if page and (cursor is not None if forwards else more):
            self.links["previous"] = self._link(request, page[0], later=newest_first)
        return page

    def link_header(self) -> dict[str, str]:
        """The same links as RFC 8288 has them; no header at all where there are none."""
        relations = {"next": self.links["next"], "prev": self.links["previous"]}
        links = [f'<{url}>; rel="{relation}"' for relation, url in relations.items() if url]
        return {"Link": ", ".join(links)} if links else {}

    def get_paginated_response(self, data: Any) -> Response:
        return Response({**self.links, "results": data}, headers=self.link_header())

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """A page, for the API's description."""
        link = {"type": ["string", "null"], "format": "uri"}
        return {
            "type": "object",
            "required": ["next", "previous", "results"],
            "properties": {
                "next": {**link, "description": "The page after this one, null on the last."},
                "previous": {**link, "description": "The page before this one, null on the first."},
                "results": schema,
            },
        }

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:
        """The query parameters of a page, for the API's description."""
        sizes = {"type": "integer", "minimum": 1, "maximum": self.max_page_size, "default": self.page_size}
        orders = {"type": "string", "enum": [self.field, f"-{self.field}"]}
        described = {
            "cursor": ("Where the page begins: follow `next` and `previous`.", {"type": "string"}),
            "page_size": ("How many make a page.", sizes),
            "ordering": ("Which way round; with a minus the last come first.", orders),
        }
        parameters: list[dict[str, Any]] = [
            {"name": name, "in": "query", "required": False, "description": words, "schema": schema}
            for name, (words, schema) in described.items()
            if name in self.query_params
        ]
        for parameter in parameters:
            if parameter["name"] == "ordering":
                # As a form sends what was not chosen.
                parameter["allowEmptyValue"] = True
        return parameters

    def _page_size(self, request: Request) -> int:
        text = request.query_params.get("page_size", str(self.page_size))
        if not re.fullmatch(r"[0-9]{1,3}", text) or not 1 <= int(text) <= self.max_page_size:
            raise ValidationError({"page_size": [f"Not a whole number from 1 to {self.max_page_size}."]})
        return int(text)

    def _newest_first(self, request: Request) -> bool:
        text = request.query_params.get("ordering") if "ordering" in self.query_params else None
        if not text:
            return self.newest_first
        if text not in (self.field, f"-{self.field}"):
            raise ValidationError({"ordering": [f"Neither {self.field} nor -{self.field}."]})
        return text.startswith("-")

    def _cursor(self, request: Request) -> Cursor | None:
        text = request.query_params.get("cursor")
        if text is None:
            return None
        try:
            cursor = Cursor.decode(text)
        except ValueError:
            cursor = None
        if cursor is None or not isinstance(cursor.value, self.kind):
            raise ValidationError({"cursor": ["Not a cursor: follow `next` and `previous` as they are."]})
        return cursor

    def _link(self, request: Request, row: Model, *, later: bool) -> str:
        cursor = Cursor(later, getattr(row, self.field), row.pk)
        return replace_query_param(request.build_absolute_uri(), "cursor", cursor.encode())
