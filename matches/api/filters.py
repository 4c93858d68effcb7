"""The query parameters by which matches are chosen."""

from __future__ import annotations

from datetime import time

from django.db.models import Q, QuerySet
from django_filters import CharFilter, ChoiceFilter, FilterSet

from matches.models import Match
from matches.models.match import EARLIEST_SEASON, LATEST_SEASON
from rest.filters import LARGEST_ID, MomentFilter, PlainIntegerFilter


class MatchFilter(FilterSet):
    """`date_from` and `date_to` are both inclusive and mean the kickoff in UTC."""

    status = ChoiceFilter(
        choices=Match.Status.choices, error_messages={"invalid_choice": f"Not one of {', '.join(Match.Status.values)}."}
    )
    league = CharFilter(field_name="league__code", max_length=32)
    season = PlainIntegerFilter(min_value=EARLIEST_SEASON, max_value=LATEST_SEASON)
    team = PlainIntegerFilter(method="of_team", max_value=LARGEST_ID)
    date_from = MomentFilter(field_name="kickoff", lookup_expr="gte", at=time.min)
    date_to = MomentFilter(field_name="kickoff", lookup_expr="lte", at=time.max)

    def of_team(self, queryset: QuerySet[Match], name: str, value: int) -> QuerySet[Match]:
        return queryset.filter(Q(home_team=value) | Q(away_team=value))
