"""How two teams have fared against each other, over HTTP."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from matches.api.pagination import MeetingPagination
from matches.api.parameters import TwoTeams
from matches.api.serializers import FullMatchSerializer, TeamSerializer
from matches.api.views import COLUMNS, ask_again
from matches.head_to_head import Tally, meetings, tallies
from matches.lookup import TeamAmbiguous, TeamNotFound, find_team, suggest
from matches.models import Team
from matches.signals import suggesting
from rest.problems import Problem
from rest.schema import may_answer


class TallySerializer(serializers.Serializer[Tally]):
    """`home` and `away` are the teams as the request names them, wherever they met."""

    meetings = serializers.IntegerField(min_value=0)
    home_won = serializers.IntegerField(min_value=0, source="one_won")
    drawn = serializers.IntegerField(min_value=0)
    away_won = serializers.IntegerField(min_value=0, source="other_won")
    home_goals = serializers.IntegerField(min_value=0, source="one_goals")
    away_goals = serializers.IntegerField(min_value=0, source="other_goals")


class PageParameters(serializers.Serializer[Any]):
    cursor = serializers.CharField(required=False, help_text="Where the page begins: follow `next` and `previous`.")
    page_size = serializers.IntegerField(
        required=False,
        default=MeetingPagination.page_size,
        min_value=1,
        max_value=MeetingPagination.max_page_size,
        help_text="How many make a page.",
    )


class HeadToHeadSerializer(serializers.Serializer[Any]):
    """`overall` is of all meetings, `at_home` of those at the ground of the home team. `results` are the meetings."""

    home_team = TeamSerializer()
    away_team = TeamSerializer()
    overall = TallySerializer()
    at_home = TallySerializer()
    next = serializers.URLField(allow_null=True, help_text="The page after this one, null on the last.")
    previous = serializers.URLField(allow_null=True, help_text="The page before this one, null on the first.")
    results = FullMatchSerializer(many=True)


@ask_again
class HeadToHead(APIView):
    csv_columns = COLUMNS

    @extend_schema(parameters=[TwoTeams, PageParameters], responses=HeadToHeadSerializer)
    @may_answer("not-found", "too-many-requests", headers=["Link"])
    def get(self, request: Request) -> Response:
        """The matches of two teams against each other that are decided, the latest first, and what they add up to.

        In all leagues unless one is named. Awarded matches count. 404 with `suggestions` if there is no such team, each
        of which counts as a cold prediction does; 400 with `candidates` if there are several.
        """
        wanted = TwoTeams.read(request, beside=MeetingPagination.query_params)
        league = wanted.get("league")
        home, away = _teams(request, wanted, league)
        if home == away:
            raise ValidationError({"away": ["A team does not play against itself."]})
        matches = meetings(home, away)
        if league is not None:
            matches = matches.filter(league__code=league)
        overall, at_home = tallies(matches, home, away)
        pages = MeetingPagination()
        results = pages.paginate_queryset(matches.with_names(), request)
        told = {
            "home_team": home,
            "away_team": away,
            "overall": overall,
            "at_home": at_home,
            **pages.links,
            "results": results,
        }
        return Response(HeadToHeadSerializer(told).data, headers=pages.link_header())


def _teams(request: Request, wanted: dict[str, Any], league: str | None) -> tuple[Team, Team]:
    """The home team and the away team. Raises Problem that tells of either why there is none."""
    teams, unknown, several = [], {}, {}
    for side in ("home", "away"):
        try:
            teams.append(find_team(wanted[side], league=league))
        except TeamNotFound as error:
            unknown[side] = error
        except TeamAmbiguous as error:
            several[side] = error
    if unknown:
        suggesting.send(sender=HeadToHead, request=request, names=len(unknown))
        suggestions = {side: suggest(wanted[side], league=league) for side in unknown}
        raise Problem("not-found", " ".join(map(str, unknown.values())), suggestions=suggestions)
    if several:
        candidates = {
            side: [{"id": team.pk, "name": team.name, "country": team.country} for team in error.candidates]
            for side, error in several.items()
        }
        raise Problem("invalid-parameters", " ".join(map(str, several.values())), candidates=candidates)
    home, away = teams
    return home, away
