"""The addresses below /api/v1/."""

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from matches.api.head_to_head import HeadToHead
from matches.api.league_table import LeagueTable
from matches.api.leagues import LeagueDetail, LeagueList
from matches.api.teams import TeamDetail, TeamList
from matches.api.views import MatchDetail, MatchList


class LeagueCode(StringConverter):
    regex = "[A-Za-z0-9._-]{1,32}"


register_converter(LeagueCode, "league")

urlpatterns = [
    path("leagues/", LeagueList.as_view(), name="leagues"),
    path("leagues/<league:code>/", LeagueDetail.as_view(), name="league"),
    path("leagues/<league:code>/table/", LeagueTable.as_view(), name="league-table"),
    path("teams/", TeamList.as_view(), name="teams"),
    path("teams/<int:team_id>/", TeamDetail.as_view(), name="team"),
    path("matches/", MatchList.as_view(), name="matches"),
    path("matches/<int:match_id>/", MatchDetail.as_view(), name="match"),
    path("head-to-head/", HeadToHead.as_view(), name="head-to-head"),
]
