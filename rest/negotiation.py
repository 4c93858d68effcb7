"""Which form of an answer a client gets: by `?format=`, or by `Accept` with its weights (RFC 9110, 12.5.1)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from rest_framework.exceptions import NotAcceptable, ValidationError
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.request import Request
from rest_framework.settings import api_settings

LONGEST_ACCEPT = 2048

_RANGE = re.compile(r"\s*(?P<main>[^\s/;]+)/(?P<sub>[^\s/;]+)\s*(?:;|\Z)")
_WEIGHT = re.compile(r";\s*q\s*=\s*(0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)\s*(?:;|\Z)", re.IGNORECASE)


class Range(NamedTuple):
    """What `Accept` names: a media type, or all of a kind, or all."""

    main: str
    sub: str
    weight: float


class Negotiation(DefaultContentNegotiation):
    """REST framework's own heeds no weights: `application/json, text/csv;q=0.1` got CSV."""

    def select_renderer(self, request: Request, renderers: Any, format_suffix: str | None = None) -> tuple[Any, str]:
        """The renderer and its media type. Raises NotAcceptable, and ValidationError for a format that nobody knows."""
        parameter = api_settings.URL_FORMAT_OVERRIDE
        wanted = request.query_params.get(parameter) if parameter else None
        if wanted is not None:
            for renderer in renderers:
                if renderer.format == wanted:
                    return renderer, renderer.media_type
            raise ValidationError({parameter: [f"Not one of {', '.join(each.format for each in renderers)}."]})
        accepted = _accepted(request.headers.get("Accept", ""))
        best = max(renderers, key=lambda renderer: _weight(accepted, renderer.media_type))
        if _weight(accepted, best.media_type) == 0:
            offered = ", ".join(each.media_type for each in renderers)
            raise NotAcceptable(f"None of what the request accepts is here. There are: {offered}.")
        return best, best.media_type


def _accepted(header: str) -> list[Range]:
    """Parameters other than the weight are passed over, since no form here has any: `application/json;
    charset=utf-8` is JSON. What makes no sense is no range."""
    if len(header) > LONGEST_ACCEPT:
        raise NotAcceptable(f"The header Accept has more than {LONGEST_ACCEPT} characters.")
    if not header.strip():
        return [Range("*", "*", 1)]
    ranges = []
    for text in header.lower().split(","):
        if found := _RANGE.match(text):
            weight = _WEIGHT.search(text)
            ranges.append(Range(found["main"], found["sub"], float(weight[1]) if weight else 1))
    return ranges


def _weight(accepted: Sequence[Range], media_type: str) -> float:
    """What the narrowest of the ranges that hold it says; 0 if none does."""
    main, sub = media_type.split("/")
    holding = [each for each in accepted if each.main in (main, "*") and each.sub in (sub, "*")]
    if not holding:
        return 0
    return max(holding, key=lambda each: (each.main != "*", each.sub != "*")).weight
