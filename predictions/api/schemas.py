"""A prediction as it is described in OpenAPI. Nothing is serialised with these: answers are cached bytes.

What a prediction says is made in predictions/document.py and predictions/ml; a test holds these against its answers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from drf_spectacular.utils import PolymorphicProxySerializer, extend_schema_field, inline_serializer
from rest_framework import serializers

from matches.api.serializers import LeagueSerializer, MatchSerializer, TeamSerializer
from rest.problems import Kind
from rest.schema import may_answer

T = TypeVar("T", bound=Callable[..., Any])
_Field = serializers.Field[Any, Any, Any, Any]

MARKETS = {
    "double_chance": ("home_or_draw", "home_or_away", "draw_or_away"),
    "over_under_1_5": ("over", "under"),
    "over_under_2_5": ("over", "under"),
    "over_under_3_5": ("over", "under"),
    "both_to_score": ("yes", "no"),
    "draw_no_bet": ("home", "away"),
}


def _probability(**more: Any) -> _Field:
    return serializers.FloatField(min_value=0, max_value=1, **more)


def _probabilities(name: str, *selections: str) -> _Field:
    fields: dict[str, _Field] = {selection: _probability() for selection in selections}
    return inline_serializer(name, fields, help_text="What it is expected in, from 0 to 1.")


def _odds(name: str, *selections: str) -> _Field:
    fields: dict[str, _Field] = {
        selection: serializers.FloatField(min_value=1, allow_null=True) for selection in selections
    }
    return inline_serializer(
        name, fields, help_text="Decimal odds at which neither side gains; null if they were longer than 1,000."
    )


def _market(name: str, *selections: str, **more: Any) -> _Field:
    fields = {
        "probabilities": _probabilities(f"{name}Probabilities", *selections),
        "fair_odds": _odds(f"{name}FairOdds", *selections),
    }
    return inline_serializer(name, fields, **more)


def _per_team(name: str, **more: Any) -> _Field:
    fields: dict[str, _Field] = {side: serializers.FloatField(min_value=0) for side in ("home", "away")}
    return inline_serializer(name, fields, **more)


class FormMatchSerializer(serializers.Serializer[Any]):
    """A match that was played, and its score."""

    day = serializers.DateField()
    home_team = serializers.CharField()
    away_team = serializers.CharField()
    home_goals = serializers.IntegerField(min_value=0)
    away_goals = serializers.IntegerField(min_value=0)


class FormSerializer(serializers.Serializer[Any]):
    """The last matches of each team, the latest first, five at the most."""

    home = FormMatchSerializer(many=True)
    away = FormMatchSerializer(many=True)


class ReasonSerializer(serializers.Serializer[Any]):
    reason = serializers.CharField(help_text="`home_advantage`, or what the model went by.")
    contribution = serializers.FloatField(help_text="To the log-odds of a home win against an away win.")
    text = serializers.CharField()


class WhySerializer(serializers.Serializer[Any]):
    """What makes up the log-odds of a home win against an away win: `average_match` and the `contributions`."""

    log_odds = serializers.FloatField()
    average_match = serializers.FloatField(help_text="Of a match that is average in everything: the home advantage.")
    contributions = serializers.DictField(child=serializers.FloatField(), help_text="By feature.")
    reasons = ReasonSerializer(many=True, help_text="The same in words, what matters most first.")


class ConfidenceSerializer(serializers.Serializer[Any]):
    """How often predictions like this came true, when the model was tried on matches it had not learnt from."""

    share = _probability()
    matches = serializers.IntegerField(min_value=0)


class SaidBySerializer(serializers.Serializer[Any]):
    """The model that said so."""

    version = serializers.CharField()
    trained_at = serializers.DateTimeField()


class SaidSerializer(serializers.Serializer[Any]):
    """What is expected of a match. All of it but `with_market` comes from one distribution over scores, and so agrees.

    `with_market` is said by a second model, which knows the bookmakers' odds of the very match; null without them.
    """

    probabilities = _probabilities("OutcomeProbabilities", "home", "draw", "away")
    fair_odds = _odds("OutcomeFairOdds", "home", "draw", "away")
    expected_goals = _per_team("ExpectedGoals", help_text="The mean number of goals.")
    expected_points = _per_team("ExpectedPoints", help_text="3 for a win, 1 for a draw.")
    markets = inline_serializer(
        "Markets",
        {
            name: _market("".join(map(str.capitalize, name.split("_"))), *selections)
            for name, selections in MARKETS.items()
        },
    )
    correct_score = serializers.DictField(
        child=_probability(),
        allow_null=True,
        help_text="By score, as `2-1`, the home team first; `other_home`, `other_draw`, `other_away` are all others.",
    )
    with_market = _market("WithMarket", "home", "draw", "away", allow_null=True)
    why = WhySerializer(allow_null=True)
    confidence = ConfidenceSerializer(allow_null=True)


class PredictionSerializer(SaidSerializer):
    """What is expected of a match, and what there is to say beside it.

    `frozen`: the match has kicked off, and this is what was said before. `retrospective`: nothing was, so it was made
    afterwards, from what was known before. `in_sample`: the model has learnt from this very match.
    """

    match = MatchSerializer()
    form = FormSerializer()
    last_meetings = FormMatchSerializer(many=True, help_text="Of the two, the latest first, five at the most.")
    model = SaidBySerializer()
    made_at = serializers.DateTimeField()
    frozen = serializers.BooleanField()
    retrospective = serializers.BooleanField()
    in_sample = serializers.BooleanField()


class ItemProblemSerializer(serializers.Serializer[Any]):
    """As a problem document."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()


class AnsweredSerializer(serializers.Serializer[Any]):
    """One answer of several: what the question for this match alone would have been answered with."""

    match_id = serializers.IntegerField()
    status = serializers.ChoiceField(choices=[200])
    cache_status = serializers.CharField(help_text="As the header Cache-Status would have said.")
    age = serializers.IntegerField(min_value=0, help_text="As the header Age; 0 if it was just made.")
    etag = serializers.CharField(help_text="As the header ETag.")
    prediction = PredictionSerializer()


class AbsentSerializer(serializers.Serializer[Any]):
    """There is no such match."""

    match_id = serializers.IntegerField()
    status = serializers.ChoiceField(choices=[404])
    cache_status = serializers.CharField(help_text="As the header Cache-Status would have said.")
    problem = ItemProblemSerializer()


def item_serializer() -> serializers.BaseSerializer[Any]:
    """One of several answers: by its status, one or the other."""
    return PolymorphicProxySerializer(
        "PredictionItem", [AnsweredSerializer, AbsentSerializer], resource_type_field_name=None, many=True
    )


@extend_schema_field(item_serializer())
class ItemsField(serializers.Field[Any, Any, Any, Any]):
    pass


class PredictionsSerializer(serializers.Serializer[Any]):
    results = ItemsField(help_text="One for each id, in the order asked for.")


class MeetingSerializer(serializers.Serializer[Any]):
    league = LeagueSerializer()
    season = serializers.IntegerField()
    day = serializers.DateField()
    home_team = TeamSerializer()
    away_team = TeamSerializer()


class WhatIfSerializer(SaidSerializer):
    """As a prediction, with `what_if` in the place of `match`; `retrospective`: the day is over."""

    what_if = MeetingSerializer()
    form = FormSerializer()
    last_meetings = FormMatchSerializer(many=True)
    model = SaidBySerializer()
    retrospective = serializers.BooleanField()


class CheckSerializer(serializers.Serializer[Any]):
    status = serializers.ChoiceField(choices=["ok", "failed", "unknown"])
    latency_ms = serializers.FloatField(min_value=0)
    message = serializers.CharField()


class ReadinessSerializer(serializers.Serializer[Any]):
    """`degraded`: it answers, but without its cache."""

    status = serializers.ChoiceField(choices=["ok", "degraded"])
    checks = inline_serializer(
        "Checks", {name: CheckSerializer() for name in ("database", "migrations", "model", "redis")}
    )


class LivenessSerializer(serializers.Serializer[Any]):
    status = serializers.ChoiceField(choices=["ok"])


def predicts(*kinds: Kind, headers: Iterable[str] = ()) -> Callable[[T], T]:
    """For a method of a view that has predictions made: what that, too, may end in, and the headers that it has."""
    return may_answer("too-many-requests", "no-active-model", "overloaded", *kinds, headers=("Cache-Status", *headers))
