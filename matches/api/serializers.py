"""A match as JSON."""

from __future__ import annotations

from django.urls import get_script_prefix
from rest_framework import serializers

from matches.models import League, Match, Team


class LeagueSerializer(serializers.ModelSerializer[League]):
    """`shifted_weeks` above 0 says that every date of the league was moved by so many weeks."""

    class Meta:
        model = League
        fields = ["code", "name", "country", "tier", "shifted_weeks"]


class TeamSerializer(serializers.ModelSerializer[Team]):
    class Meta:
        model = Team
        fields = ["id", "name"]


class MatchSerializer(serializers.ModelSerializer[Match]):
    """`kickoff` is in UTC, `day` the date of it where the league is played; `score` is null until there is one."""

    league = LeagueSerializer()
    home_team = TeamSerializer()
    away_team = TeamSerializer()
    score = serializers.SerializerMethodField()
    prediction = serializers.SerializerMethodField()

    class Meta:
        model = Match
        fields = [
            "id",
            "league",
            "season",
            "kickoff",
            "kickoff_time_known",
            "day",
            "home_team",
            "away_team",
            "status",
            "score",
            "prediction",
        ]

    def get_score(self, match: Match) -> dict[str, int] | None:
        if match.home_goals is None or match.away_goals is None:
            return None
        return {"home": match.home_goals, "away": match.away_goals}

    def get_prediction(self, match: Match) -> str:
        # By its published path: matches don't know the app behind it.
        return f"{get_script_prefix()}api/v1/predictions/{match.pk}/"
