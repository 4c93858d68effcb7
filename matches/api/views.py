"""Matches over HTTP."""

from __future__ import annotations

from django.utils.decorators import method_decorator
from django.views.decorators.cache import cache_control
from rest_framework.generics import ListAPIView, RetrieveAPIView

from matches.api.filters import MatchFilter
from matches.api.pagination import MatchPagination
from matches.api.serializers import MatchSerializer
from matches.models import Match
from rest.filters import StrictFilterBackend
from rest.problems import Problem

# Nobody tells a client when a match changes, so it asks again each time.
_ask_again = method_decorator(cache_control(no_cache=True), name="get")


@_ask_again
class MatchList(ListAPIView[Match]):
    """Matches in the order of kickoff, 50 to a page, up to 500 with `page_size`.

    A league whose `shifted_weeks` is above 0 is a demonstration: real matches of years ago, whose `kickoff` and
    `day` were moved forward by that many weeks.
    """

    queryset = Match.objects.with_names()
    serializer_class = MatchSerializer
    filter_backends = [StrictFilterBackend]
    filterset_class = MatchFilter
    pagination_class = MatchPagination


@_ask_again
class MatchDetail(RetrieveAPIView[Match]):
    """One match."""

    queryset = Match.objects.with_names()
    serializer_class = MatchSerializer
    filter_backends: list[type] = []
    lookup_url_kwarg = "match_id"

    def get_object(self) -> Match:
        """Raises Problem (404)."""
        match_id = self.kwargs["match_id"]
        match = self.get_queryset().filter(pk=match_id).first()
        if match is None:
            raise Problem("not-found", f"There is no match {match_id}.")
        return match
