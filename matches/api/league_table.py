"""League tables over HTTP."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from matches.api.leagues import league_called
from matches.api.serializers import LeagueSerializer, TeamSerializer
from matches.api.views import ask_again
from matches.models.match import EARLIEST_SEASON, LATEST_SEASON
from matches.table import Row, season_on, table_of
from rest.parameters import DayField, Parameters, PlainIntegerField
from rest.problems import Problem


class TableParameters(Parameters):
    season = PlainIntegerField(
        required=False,
        min_value=EARLIEST_SEASON,
        max_value=LATEST_SEASON,
        help_text="The year in which it starts. Unless given, the latest that had begun on the day.",
    )
    date = DayField(required=False, help_text="The day at whose end the table stood so. Unless given, today.")


class RowSerializer(serializers.Serializer[Row]):
    """`form` are the last results, at most five, the latest at the end: W, D or L."""

    position = serializers.IntegerField(min_value=1)
    team = TeamSerializer()
    played = serializers.IntegerField(min_value=0)
    won = serializers.IntegerField(min_value=0)
    drawn = serializers.IntegerField(min_value=0)
    lost = serializers.IntegerField(min_value=0)
    goals_for = serializers.IntegerField(min_value=0)
    goals_against = serializers.IntegerField(min_value=0)
    goal_difference = serializers.IntegerField()
    points = serializers.IntegerField(min_value=0)
    form = serializers.RegexField(r"^[WDL]{0,5}$")


class TableSerializer(serializers.Serializer[Any]):
    league = LeagueSerializer()
    season = serializers.IntegerField()
    date = serializers.DateField()
    results = RowSerializer(many=True)


@ask_again
class LeagueTable(APIView):
    @extend_schema(parameters=[TableParameters], responses=TableSerializer)
    def get(self, request: Request, code: str) -> Response:
        """The table of a season as it stood at the end of a day at the league's place.

        Three points for a win, one for a draw. Awarded matches count. Level on points, goal difference decides, then
        goals scored, then the name; what leagues decide beyond that (points deducted, the meetings of the two) is not
        known here. Teams that have not played yet are in it, too.
        """
        wanted = TableParameters.read(request)
        league = league_called(code)
        day = wanted.get("date") or timezone.now().astimezone(league.zone).date()
        season = wanted.get("season") or season_on(league, day)
        rows = table_of(league, season, day=day) if season is not None else []
        if not rows:
            which = "" if season is None else f" of the season {season}"
            raise Problem("not-found", f"There are no matches{which} in {code}.")
        table = {"league": league, "season": season, "date": day, "results": rows}
        return Response(TableSerializer(table).data)
