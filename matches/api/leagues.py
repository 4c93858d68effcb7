"""Leagues over HTTP."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from rest_framework import serializers
from rest_framework.generics import ListAPIView, RetrieveAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from matches.api.filters import LeagueFilter
from matches.api.pagination import LeaguePagination
from matches.api.serializers import LeagueSerializer
from matches.api.views import ask_again
from matches.models import League
from rest.filters import StrictFilterBackend
from rest.parameters import refuse_unknown_parameters
from rest.problems import Problem


class ListedLeagueSerializer(LeagueSerializer):
    """`shifted_weeks` above 0 says that every date of the league was moved by so many weeks."""

    table = serializers.SerializerMethodField(help_text="Where its table is.")

    class Meta(LeagueSerializer.Meta):
        fields = [*LeagueSerializer.Meta.fields, "time_zone", "table"]
        read_only_fields = fields

    def get_table(self, league: League) -> str:
        return reverse("league-table", args=[league.code])


class FullLeagueSerializer(ListedLeagueSerializer):
    """`seasons` are those with matches, by the years in which they start."""

    seasons = serializers.SerializerMethodField()

    class Meta(ListedLeagueSerializer.Meta):
        fields = [*ListedLeagueSerializer.Meta.fields, "seasons"]

    def get_seasons(self, league: League) -> list[int]:
        return list(league.matches.order_by("season").values_list("season", flat=True).distinct())


@ask_again
class LeagueList(ListAPIView[League]):
    queryset = League.objects.all()
    serializer_class = ListedLeagueSerializer
    filter_backends = [StrictFilterBackend]
    filterset_class = LeagueFilter
    pagination_class = LeaguePagination
    csv_columns = ListedLeagueSerializer.Meta.fields

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Leagues in the order of their codes, 50 to a page, up to 500 with `page_size`."""
        return super().get(request, *args, **kwargs)


@ask_again
class LeagueDetail(RetrieveAPIView[League]):
    queryset = League.objects.all()
    serializer_class = FullLeagueSerializer
    filter_backends: list[type] = []

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """One league, and its seasons."""
        refuse_unknown_parameters(request, [])
        return super().get(request, *args, **kwargs)

    def get_object(self) -> League:
        """Raises Problem (404)."""
        return league_called(self.kwargs["code"])


def league_called(code: str) -> League:
    """Raises Problem (404)."""
    if (league := League.objects.filter(code=code).first()) is None:
        raise Problem("not-found", f"There is no league {code}.")
    return league
