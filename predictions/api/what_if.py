"""The prediction of a match that nobody has fixed."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.http.response import HttpResponseBase
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from matches.models import Team
from predictions.api import columns, teams
from predictions.api.asking import charge, problems
from predictions.api.parameters import WhatIfParameters
from predictions.api.schemas import WhatIfSerializer, predicts
from predictions.what_if import NoCommonLeague, what_if
from rest.problems import problem_response

# Ratings know nothing of what is to come: a day further ahead says nothing that this one doesn't.
DAYS_AHEAD = 366


class WhatIf(APIView):
    """The odds of two teams that have no fixture, as if they met on a day."""

    csv_columns = columns.WHAT_IF

    @extend_schema(parameters=[WhatIfParameters], responses=WhatIfSerializer)
    @predicts("not-found")
    def get(self, request: Request) -> HttpResponseBase:
        """Each is computed, and counts as a cold prediction does; a client may keep it for a minute.

        404 with `suggestions` if there is no such team, 400 if several are called that, or have no ratings in the same
        league before that day.
        """
        wanted = WhatIfParameters.read(request)
        today = timezone.now().date()
        league, day = wanted.get("league"), _possible(wanted.get("date", today), today)
        sides = teams.meant(wanted)
        if not all(sides.values()):
            return teams.not_found(request, wanted, sides)
        home, away = (_only(side, sides[side]) for side in teams.SIDES)
        if home == away:
            raise ValidationError({"away": ["A team cannot play against itself."]})
        charge(request, 1)
        with problems():
            try:
                document = what_if(home, away, day=day, today=today, league=league)
            except NoCommonLeague as error:
                return problem_response(
                    request, kind="invalid-parameters", detail=str(error), errors={"league": [str(error)]}
                )
        return _response(document)


def _response(document: dict[str, Any]) -> HttpResponseBase:
    body = json.dumps(document, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
    # The cache is not for what has no match: no result could void it, and made-up pairs would push out what is asked
    # for. RFC 9211 calls that a bypass.
    headers = {"Cache-Status": "predictor; fwd=bypass", "Cache-Control": f"public, max-age={settings.HTTP_MAX_AGE}"}
    return Response(body, headers=headers)


def _possible(day: date, today: date) -> date:
    if day > today + timedelta(days=DAYS_AHEAD):
        raise ValidationError({"date": [f"At most {DAYS_AHEAD} days from now."]})
    return day


def _only(side: str, found: list[Team]) -> Team:
    if len(found) > 1:
        ids = ", ".join(f"{team.pk} ({team.country})" for team in found)
        raise ValidationError({side: [f"Several teams are called that: name the league, or one by its id: {ids}."]})
    return found[0]
