"""Teams over HTTP: what they are called, what they are worth, and how they have done lately."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.generics import ListAPIView, RetrieveAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from matches.api.filters import TeamFilter
from matches.api.pagination import TeamPagination
from matches.api.serializers import TeamSerializer
from matches.api.views import ask_again
from matches.form import LENGTH
from matches.models import Match, Team, TeamSnapshot
from matches.ratings.state import Ratings
from rest.filters import LARGEST_ID, StrictFilterBackend
from rest.parameters import refuse_unknown_parameters
from rest.problems import Problem


class RatingsSerializer(serializers.ModelSerializer[TeamSnapshot]):
    """As of the end of `day`, after `played` matches of the season. Elo is in points around 1500, pi in goals'
    logarithms to the base 10, all others in natural logarithms; `shots_known` and `market_known` are shares."""

    league = serializers.CharField(source="league.code", help_text="The league's code.")

    class Meta:
        model = TeamSnapshot
        fields = ["league", "season", "day", "played", "promoted", *Ratings._fields]


class PlayedSerializer(serializers.Serializer[Any]):
    """A match, and how the team fared in it: W, D or L."""

    match_id = serializers.IntegerField()
    day = serializers.DateField()
    home_team = serializers.CharField()
    away_team = serializers.CharField()
    home_goals = serializers.IntegerField()
    away_goals = serializers.IntegerField()
    result = serializers.ChoiceField(["W", "D", "L"])


class ListedTeamSerializer(TeamSerializer):
    """`aliases` are the other names it is found by."""

    aliases = serializers.SerializerMethodField()

    class Meta(TeamSerializer.Meta):
        fields = ["id", "name", "country", "aliases"]

    def get_aliases(self, team: Team) -> list[str]:
        return [alias.name for alias in team.aliases.all() if alias.name != team.name]


class FullTeamSerializer(ListedTeamSerializer):
    """`ratings` are the latest up to today (UTC), null before its first match. `form` are its last matches in that
    league until then, at most five, the latest first."""

    ratings = serializers.SerializerMethodField()
    form = serializers.SerializerMethodField()

    class Meta(ListedTeamSerializer.Meta):
        fields = [*ListedTeamSerializer.Meta.fields, "ratings", "form"]

    @extend_schema_field(RatingsSerializer(allow_null=True))
    def get_ratings(self, team: Team) -> Any:
        latest = self.context["latest"]
        return latest and RatingsSerializer(latest).data

    @extend_schema_field(PlayedSerializer(many=True))
    def get_form(self, team: Team) -> Any:
        return PlayedSerializer(self.context["form"], many=True).data


@ask_again
class TeamList(ListAPIView[Team]):
    queryset = Team.objects.prefetch_related("aliases")
    serializer_class = ListedTeamSerializer
    filter_backends = [StrictFilterBackend]
    filterset_class = TeamFilter
    pagination_class = TeamPagination

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Teams in the order of their names, 50 to a page, up to 500 with `page_size`.

        `name` finds those whose name, or any other name they go by, has this in it.
        """
        return super().get(request, *args, **kwargs)


@ask_again
class TeamDetail(RetrieveAPIView[Team]):
    queryset = Team.objects.prefetch_related("aliases")
    serializer_class = FullTeamSerializer
    filter_backends: list[type] = []

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """One team, with its current ratings and form."""
        refuse_unknown_parameters(request, [])
        return super().get(request, *args, **kwargs)

    def get_object(self) -> Team:
        """Raises Problem (404)."""
        team_id = self.kwargs["team_id"]
        team = self.get_queryset().filter(pk=team_id).first() if team_id <= LARGEST_ID else None
        if team is None:
            raise Problem("not-found", f"There is no team {team_id}.")
        return team

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), **_lately(self.kwargs.get("team_id"))}


def _lately(team_id: int | None) -> dict[str, Any]:
    """The latest snapshot of a team, and its form in the league of that. Two queries.

    A result that was entered for a day to come says nothing of today.
    """
    today = timezone.now().date()
    snapshots = TeamSnapshot.objects.filter(team=team_id, day__lte=today).select_related("league")
    latest = snapshots.order_by("-day", "-pk").first()
    if latest is None:
        return {"latest": None, "form": []}
    played = Match.objects.played().filter(league=latest.league, day__lte=today)
    theirs = played.filter(Q(home_team=team_id) | Q(away_team=team_id))
    form = list(theirs.with_names().order_by("-day", "-pk")[:LENGTH])
    return {"latest": latest, "form": [_fared(match, team_id) for match in form]}


def _fared(match: Match, team_id: int | None) -> dict[str, Any]:
    home_goals, away_goals = match.home_goals or 0, match.away_goals or 0
    ahead = home_goals - away_goals if match.home_team_id == team_id else away_goals - home_goals
    return {
        "match_id": match.pk,
        "day": match.day,
        "home_team": match.home_team.name,
        "away_team": match.away_team.name,
        "home_goals": home_goals,
        "away_goals": away_goals,
        "result": "W" if ahead > 0 else "L" if ahead < 0 else "D",
    }
