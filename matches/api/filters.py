"""The query parameters by which matches, leagues, teams and meetings are chosen."""

from __future__ import annotations

from datetime import time

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.forms import CharField, ValidationError
from django_filters import CharFilter, ChoiceFilter, Filter, FilterSet

from matches.lookup import LONGEST_NAME, with_a_match_in
from matches.models import League, Match, Team, TeamAlias
from matches.models.match import EARLIEST_SEASON, LATEST_SEASON
from matches.names import normalise
from rest.filters import LARGEST_ID, MomentFilter, PlainIntegerFilter

MOST_TIERS = 99
LONGEST_CODE = 32


class MatchFilter(FilterSet):
    """`date_from` and `date_to` are both inclusive and mean the kickoff in UTC."""

    status = ChoiceFilter(
        choices=Match.Status.choices, error_messages={"invalid_choice": f"Not one of {', '.join(Match.Status.values)}."}
    )
    league = CharFilter(field_name="league__code", max_length=LONGEST_CODE)
    season = PlainIntegerFilter(min_value=EARLIEST_SEASON, max_value=LATEST_SEASON)
    team = PlainIntegerFilter(method="of_team", max_value=LARGEST_ID)
    date_from = MomentFilter(field_name="kickoff", lookup_expr="gte", at=time.min)
    date_to = MomentFilter(field_name="kickoff", lookup_expr="lte", at=time.max)

    def of_team(self, queryset: QuerySet[Match], name: str, value: int) -> QuerySet[Match]:
        return queryset.filter(Q(home_team=value) | Q(away_team=value))


class LeagueFilter(FilterSet):
    country = CharFilter(max_length=League._meta.get_field("country").max_length)
    tier = PlainIntegerFilter(min_value=1, max_value=MOST_TIERS)


class KeyField(CharField):
    """A name, or a part of one, as it is compared."""

    def clean(self, value: str | None) -> str:
        text: str = super().clean(value)
        key = normalise(text)
        if text and not key:
            raise ValidationError("A name has a letter or a digit.")
        return key


class KeyFilter(Filter):
    field_class = KeyField


class TeamFilter(FilterSet):
    """`name` is part of a team's name, or of any other name it goes by; accents and capitals don't matter."""

    country = CharFilter(max_length=Team._meta.get_field("country").max_length)
    league = CharFilter(method="of_league", max_length=LONGEST_CODE)
    name = KeyFilter(method="called", max_length=LONGEST_NAME)

    def of_league(self, queryset: QuerySet[Team], name: str, value: str) -> QuerySet[Team]:
        return queryset.filter(with_a_match_in(value))

    def called(self, queryset: QuerySet[Team], name: str, value: str) -> QuerySet[Team]:
        aliases = TeamAlias.objects.filter(team=OuterRef("pk"), key__contains=value)
        # A name that was typed by hand need not be among the aliases.
        named = [pk for pk, own in queryset.order_by().values_list("pk", "name") if value in normalise(own)]
        return queryset.filter(Q(Exists(aliases)) | Q(pk__in=named))
