"""Pages by keyset: each begins after the last match of the one before, in the order of kickoff, then id.

REST framework's CursorPagination knows only the first of the two, and repeats matches on the way back through a page
that kicks off all at once, which is what unknown times of day make common.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any, NamedTuple

from django.db.models import Q, QuerySet
from django.utils.http import urlsafe_base64_decode, urlsafe_base64_encode
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param
from rest_framework.views import APIView

from matches.models import Match

_CURSOR = re.compile(r"(?P<way>[<>])(?P<id>[0-9]{1,18})@(?P<kickoff>[0-9T:.+-]{1,40})")


class Cursor(NamedTuple):
    """Where a page begins: beyond this match, forwards or backwards."""

    forwards: bool
    kickoff: datetime
    match_id: int

    def encode(self) -> str:
        way = ">" if self.forwards else "<"
        return urlsafe_base64_encode(f"{way}{self.match_id}@{self.kickoff.astimezone(UTC).isoformat()}".encode())

    @classmethod
    def decode(cls, text: str) -> Cursor:
        """Raises ValueError for what `encode` did not make."""
        found = _CURSOR.fullmatch(urlsafe_base64_decode(text).decode("ascii"))
        if found is None:
            raise ValueError(text)
        kickoff = datetime.fromisoformat(found["kickoff"])
        if kickoff.utcoffset() != UTC.utcoffset(None):
            raise ValueError(text)
        return cls(found["way"] == ">", kickoff, int(found["id"]))

    def beyond(self, queryset: QuerySet[Match]) -> QuerySet[Match]:
        """The matches beyond this one, nearest first."""
        if self.forwards:
            ties = Q(kickoff=self.kickoff, id__lte=self.match_id)
            return queryset.filter(~ties, kickoff__gte=self.kickoff).order_by("kickoff", "id")
        ties = Q(kickoff=self.kickoff, id__gte=self.match_id)
        return queryset.filter(~ties, kickoff__lte=self.kickoff).order_by("-kickoff", "-id")


class MatchPagination(BasePagination):
    page_size = 50
    max_page_size = 500
    query_params = ("cursor", "page_size")

    def paginate_queryset(self, queryset: Any, request: Request, view: APIView | None = None) -> list[Any]:
        """One query, whatever the page. Raises ValidationError for a cursor or size that makes no sense."""
        size = self._page_size(request)
        cursor = self._cursor(request)
        ordered = cursor.beyond(queryset) if cursor else queryset.order_by("kickoff", "id")
        rows = list(ordered[: size + 1])
        page, more = rows[:size], len(rows) > size
        forwards = cursor is None or cursor.forwards
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

    def _link(self, request: Request, match: Match, *, forwards: bool) -> str:
        cursor = Cursor(forwards, match.kickoff, match.pk)
        return replace_query_param(request.build_absolute_uri(), "cursor", cursor.encode())
