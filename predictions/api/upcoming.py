"""The predictions of the coming matches, page by page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.db.models import QuerySet
from django.http.response import HttpResponseBase
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from matches.api.filters import MatchFilter
from matches.api.pagination import MatchPagination
from matches.models import Match
from predictions.api import columns
from predictions.api.asking import predict_many
from predictions.api.headers import list_headers
from predictions.api.items import items, with_items
from predictions.api.schemas import item_serializer, predicts
from predictions.cache.entry import Entry
from rest.conditional import etag_of
from rest.filters import StrictFilterBackend


class UpcomingFilter(MatchFilter):
    """As of matches. Without `status` only those that are scheduled; and these, without `date_from`, from now on."""

    def filter_queryset(self, queryset: QuerySet[Match]) -> QuerySet[Match]:
        asked = self.form.cleaned_data
        if not asked["status"]:
            queryset = queryset.filter(status=Match.Status.SCHEDULED)
            if asked["date_from"] is None:
                queryset = queryset.filter(kickoff__gte=timezone.now())
        chosen: QuerySet[Match] = super().filter_queryset(queryset)
        return chosen


class PredictionPagination(MatchPagination):
    """Fewer to a page than of matches, since an answer is twenty times as long."""

    page_size = 20
    max_page_size = 100


class PredictionList(GenericAPIView[Match]):
    """The odds of the coming matches in the order of kickoff, 20 to a page, up to 100 with `page_size`."""

    # Which matches, and no more of them: all else is in the cache, or read by the computation.
    queryset = Match.objects.only("kickoff")
    filter_backends = [StrictFilterBackend]
    filterset_class = UpcomingFilter
    pagination_class = PredictionPagination
    csv_columns = columns.ITEM
    paginator: PredictionPagination

    @extend_schema(responses=item_serializer())
    @predicts()
    def get(self, request: Request) -> HttpResponseBase:
        """One query for the page and what `predict_many` needs for what is not cached, however long the page is."""
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset())) or []
        match_ids = [match.pk for match in page]
        answers = predict_many(request, match_ids)
        now = timezone.now().timestamp()
        body = with_items(self.paginator.links, items(match_ids, answers, now=now))
        headers = self.paginator.link_header() | list_headers(answers.values(), now=now)
        entries = [answers[match_id].entry for match_id in match_ids]
        headers["ETag"] = _etag(request.accepted_renderer.format, self.paginator.links, entries)
        return Response(body, headers=headers)


def _etag(form: str, links: Mapping[str, str | None], entries: Iterable[Entry]) -> str:
    """A weak one: the same page of the same predictions has it again, although their ages are others by then."""
    parts = [form, *(str(link) for link in links.values()), *(entry.etag for entry in entries)]
    return f"W/{etag_of(' '.join(parts).encode())}"
