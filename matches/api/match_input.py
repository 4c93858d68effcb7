"""What a client says of a match, as `matches.entry` takes it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from rest_framework import serializers

from matches.api.serializers import OddsSerializer, ScoreSerializer, ShotsSerializer
from matches.models import League, Match, Team
from matches.models.match import EARLIEST_SEASON, LATEST_SEASON
from matches.provenance import GROUPS
from matches.seasons import season_of
from rest.fields import FlagField, MomentField, StrictSerializer, TextField, WholeNumberField
from rest.filters import LARGEST_ID

# Each stands for a group of the model's fields; its members are in the same order.
GROUP_OF = {"score": "result", "shots": "shots", "closing_odds": "odds"}


class MatchChange(StrictSerializer):
    """What is left out stays as it is. `score`, `shots` and `closing_odds` are each replaced as a whole.

    A score finishes a match that was to be played, unless `status` says otherwise.
    """

    league = TextField(required=False, max_length=32, help_text="The league's code.")
    season = WholeNumberField(
        required=False,
        min_value=EARLIEST_SEASON,
        max_value=LATEST_SEASON,
        help_text="The year in which the season starts: 2014 means 2014/15.",
    )
    kickoff = MomentField(required=False, help_text="With its offset, as in 2026-08-01T14:00:00Z.")
    kickoff_time_known = FlagField(
        required=False,
        help_text="False says that only the day is known, at the league's place: the kickoff becomes noon there. "
        "With a kickoff it is true unless said otherwise.",
    )
    home_team = WholeNumberField(required=False, min_value=1, max_value=LARGEST_ID, help_text="The team's id.")
    away_team = WholeNumberField(required=False, min_value=1, max_value=LARGEST_ID, help_text="The team's id.")
    status = serializers.ChoiceField(required=False, choices=Match.Status.choices)
    score = ScoreSerializer(required=False, allow_null=True)
    shots = ShotsSerializer(required=False, allow_null=True)
    closing_odds = OddsSerializer(required=False, allow_null=True)

    def validate_league(self, code: str) -> League:
        if (league := League.objects.filter(code=code).first()) is None:
            raise serializers.ValidationError(f"There is no league {code}.")
        return league

    def validate_home_team(self, pk: int) -> Team:
        return _team(pk)

    def validate_away_team(self, pk: int) -> Team:
        return _team(pk)

    def validate_kickoff(self, kickoff: datetime) -> datetime:
        if not EARLIEST_SEASON < kickoff.year <= LATEST_SEASON:
            raise serializers.ValidationError(f"Not in a year from {EARLIEST_SEASON + 1} to {LATEST_SEASON}.")
        return kickoff


class NewMatch(MatchChange):
    """A match that there is not yet.

    Its season may be left out where the kickoff leaves no doubt. A score finishes it, unless `status` says otherwise.
    """

    league = TextField(max_length=32, help_text="The league's code.")
    kickoff = MomentField(help_text="With its offset, as in 2026-08-01T14:00:00Z.")
    home_team = WholeNumberField(min_value=1, max_value=LARGEST_ID, help_text="The team's id.")
    away_team = WholeNumberField(min_value=1, max_value=LARGEST_ID, help_text="The team's id.")

    def validate(self, values: dict[str, Any]) -> dict[str, Any]:
        if "season" not in values:
            league: League = values["league"]
            season = season_of(league, values["kickoff"].astimezone(league.zone).date())
            if season is None:
                message = "Needed here: the kickoff alone does not say which season it is."
                raise serializers.ValidationError({"season": [message]})
            values["season"] = season
        return values


def values_of(said: Mapping[str, Any]) -> dict[str, Any]:
    """The same by the model's fields."""
    values = dict(said)
    for name, group in GROUP_OF.items():
        if name in values:
            stated = values.pop(name)
            values |= zip(
                GROUPS[group], [None] * len(GROUPS[group]) if stated is None else stated.values(), strict=True
            )
    return values


def field_of(name: str) -> str:
    """What a client calls the model's field."""
    return next((mine for mine, group in GROUP_OF.items() if name in GROUPS[group]), name)


def _team(pk: int) -> Team:
    if (team := Team.objects.filter(pk=pk).first()) is None:
        raise serializers.ValidationError(f"There is no team {pk}.")
    return team
