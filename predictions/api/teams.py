"""The teams that a request means, and a helpful answer where there are none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http.response import HttpResponseBase
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from matches import lookup
from matches.models import League, Team
from predictions.api.asking import charge
from rest.problems import problem_response

SIDES = ("home", "away")


def meant(wanted: Mapping[str, Any]) -> dict[str, list[Team]]:
    """By side: the teams that `wanted`, which is as TwoTeams reads it, may mean. Four queries."""
    return {side: lookup.meant(wanted[side], league=wanted.get("league")) for side in SIDES}


def not_found(request: Request, wanted: Mapping[str, Any], found: Mapping[str, list[Team]]) -> HttpResponseBase:
    """A 404 with `suggestions`: by side, where no team was found, names of some that may have been meant.

    Raises ValidationError for a league that does not exist, and Problem (429).
    """
    league = wanted.get("league")
    if league is not None and not League.objects.filter(code=league).exists():
        raise ValidationError({"league": [f"There is no league {league}."]})
    unknown = [side for side in SIDES if not found[side]]
    charge(request, len(unknown))
    suggestions = {side: lookup.suggest(wanted[side], league=league) for side in unknown}
    where = f" in {league}" if league else ""
    sentences = [
        f"There is no team called “{wanted[side]}”{where}."
        + (f" Did you mean {' or '.join(suggestions[side])}?" if suggestions[side] else "")
        for side in unknown
    ]
    return problem_response(request, kind="not-found", detail=" ".join(sentences), suggestions=suggestions)
