"""The prediction of the match between two teams, for who knows their names and not the match's id."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from typing import Any

from django.db.models import Q
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.views import APIView

from matches.models import Match, Team
from matches.querysets import MatchQuerySet
from predictions.api import columns, teams
from predictions.api.asking import charge
from predictions.api.parameters import LookupParameters
from predictions.api.responses import prediction_response
from predictions.api.schemas import PredictionSerializer, predicts
from rest.problems import problem_response

MOST_SUGGESTIONS = 5
# Of two teams, in case they have many fixtures: each meets the other a few times a year.
MOST_FIXTURES = 50


class PredictionLookup(APIView):
    """The odds of the match between two teams on a day, or of their next meeting."""

    csv_columns = columns.PREDICTION

    @extend_schema(parameters=[LookupParameters], responses=PredictionSerializer)
    @predicts("not-found", headers=["Age", "Content-Location"])
    def get(self, request: Request) -> HttpResponseBase:
        """As the prediction's own address, which Content-Location names, answers.

        404 with `suggestions` if there is no such team or match, 400 with `candidates` if there are several.
        """
        wanted = LookupParameters.read(request)
        league, day = wanted.get("league"), wanted.get("date")
        sides = teams.meant(wanted)
        if not all(sides.values()):
            return teams.not_found(request, wanted, sides)
        # Two of one name may meet, in different countries.
        if sides["home"] == sides["away"] and len(sides["home"]) == 1:
            raise ValidationError({"away": ["A team cannot play against itself."]})
        fixtures = Match.objects.filter(home_team__in=sides["home"], away_team__in=sides["away"])
        if league is not None:
            fixtures = fixtures.filter(league__code=league)
        found = _on(fixtures, day) if day is not None else _next(fixtures, timezone.now())
        if not found:
            return _no_meeting(request, sides["home"], sides["away"], day)
        if len(found) > 1:
            detail = "Several matches may be meant: name the league or the date, or ask for one by its id."
            return problem_response(request, kind="invalid-parameters", detail=detail, candidates=_told(found))
        [match] = found
        return prediction_response(request, match.pk, headers={"Content-Location": _address(match)})


def _on(fixtures: MatchQuerySet, day: date) -> list[Match]:
    return list(fixtures.filter(day=day).with_names()[:MOST_SUGGESTIONS])


def _next(fixtures: MatchQuerySet, now: datetime) -> list[Match]:
    """The next meeting of each pair of teams that may be meant; mostly one."""
    coming = fixtures.scheduled().filter(kickoff__gte=now).with_names().order_by("kickoff", "id")[:MOST_FIXTURES]
    pairs: dict[tuple[int, int], Match] = {}
    for match in coming:
        pairs.setdefault((match.home_team_id, match.away_team_id), match)
    return list(pairs.values())[:MOST_SUGGESTIONS]


def _no_meeting(request: Request, home: Sequence[Team], away: Sequence[Team], day: date | None) -> HttpResponseBase:
    """A 404 with `suggestions`: their meetings nearest to that day, or to now, be they at home or away."""
    charge(request, 1)
    now = timezone.now()
    around = now if day is None else datetime.combine(day, time(12), tzinfo=now.tzinfo)
    meetings = Match.objects.filter(
        Q(home_team__in=home, away_team__in=away) | Q(home_team__in=away, away_team__in=home)
    ).with_names()
    later = meetings.filter(kickoff__gte=around).order_by("kickoff", "id")[:MOST_SUGGESTIONS]
    earlier = meetings.filter(kickoff__lt=around).order_by("-kickoff", "-id")[:MOST_SUGGESTIONS]
    nearest = sorted([*later, *earlier], key=lambda match: abs(match.kickoff - around))[:MOST_SUGGESTIONS]
    when = "from now on" if day is None else f"on {day.isoformat()}"
    detail = f"There is no match of {home[0]} at home to {away[0]} {when}."
    return problem_response(request, kind="not-found", detail=detail, suggestions={"matches": _told(nearest)})


def _told(matches: Iterable[Match]) -> list[dict[str, Any]]:
    return [
        {
            "match_id": match.pk,
            "league": match.league.code,
            "day": match.day.isoformat(),
            "home_team": match.home_team.name,
            "away_team": match.away_team.name,
            "prediction": _address(match),
        }
        for match in matches
    ]


def _address(match: Match) -> str:
    return reverse("prediction", args=[match.pk])
