"""A match as JSON."""

from __future__ import annotations

from django.urls import get_script_prefix
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from matches.models import League, Match, Team
from matches.models.match import MOST_GOALS, MOST_ODDS
from matches.provenance import GROUPS
from rest.fields import NumberField, StrictSerializer, WholeNumberField

MOST_SHOTS = 999


class LeagueSerializer(serializers.ModelSerializer[League]):
    """`shifted_weeks` above 0 says that every date of the league was moved by so many weeks."""

    class Meta:
        model = League
        fields = ["code", "name", "country", "tier", "shifted_weeks"]
        # Nothing is written through it, so everything is always there.
        read_only_fields = fields


class TeamSerializer(serializers.ModelSerializer[Team]):
    class Meta:
        model = Team
        fields = ["id", "name"]
        read_only_fields = fields


class ScoreSerializer(StrictSerializer):
    """Goals."""

    home = WholeNumberField(min_value=0, max_value=MOST_GOALS)
    away = WholeNumberField(min_value=0, max_value=MOST_GOALS)


class ShotsSerializer(StrictSerializer):
    """Shots, and those of them that were on target; null as far as they are not known."""

    home = WholeNumberField(min_value=0, max_value=MOST_SHOTS, allow_null=True, default=None)
    away = WholeNumberField(min_value=0, max_value=MOST_SHOTS, allow_null=True, default=None)
    home_on_target = WholeNumberField(min_value=0, max_value=MOST_SHOTS, allow_null=True, default=None)
    away_on_target = WholeNumberField(min_value=0, max_value=MOST_SHOTS, allow_null=True, default=None)


@extend_schema_field({"type": "number", "exclusiveMinimum": 1, "maximum": MOST_ODDS})
class PriceField(NumberField):
    """Decimal odds."""

    default_error_messages = {"range": f"Not above 1 and at most {MOST_ODDS:.0f}."}

    def to_internal_value(self, data: object) -> float:
        price = super().to_internal_value(data)
        if not 1 < price <= MOST_ODDS:
            self.fail("range")
        return price


class OddsSerializer(StrictSerializer):
    """Decimal odds nearest to kickoff."""

    home = PriceField()
    draw = PriceField()
    away = PriceField()


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
        read_only_fields = fields

    @extend_schema_field(ScoreSerializer(allow_null=True))
    def get_score(self, match: Match) -> dict[str, int] | None:
        if match.home_goals is None or match.away_goals is None:
            return None
        return {"home": match.home_goals, "away": match.away_goals}

    def get_prediction(self, match: Match) -> str:
        # By its published path: matches don't know the app behind it.
        return f"{get_script_prefix()}api/v1/predictions/{match.pk}/"


class FullMatchSerializer(MatchSerializer):
    """All that is known of it. `shots` and `closing_odds` are null where they are not known."""

    shots = serializers.SerializerMethodField()
    closing_odds = serializers.SerializerMethodField()

    class Meta(MatchSerializer.Meta):
        fields = [*MatchSerializer.Meta.fields[:-1], "shots", "closing_odds", "prediction"]

    @extend_schema_field(ShotsSerializer(allow_null=True))
    def get_shots(self, match: Match) -> dict[str, int | None] | None:
        shots = [getattr(match, name) for name in GROUPS["shots"]]
        if all(count is None for count in shots):
            return None
        return dict(zip(("home", "away", "home_on_target", "away_on_target"), shots, strict=True))

    @extend_schema_field(OddsSerializer(allow_null=True))
    def get_closing_odds(self, match: Match) -> dict[str, float] | None:
        odds = [getattr(match, name) for name in GROUPS["odds"]]
        return None if None in odds else dict(zip(("home", "draw", "away"), odds, strict=True))
