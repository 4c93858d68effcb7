"""One prediction as an HTTP response: the cached bytes as they are, read only where another form is asked for.

Conditions are looked at further out, see rest.conditional, since a view that has the ETag need not make the answer.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.http.response import HttpResponseBase
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from predictions.api.asking import predict_many
from predictions.api.headers import cache_headers
from predictions.cache.entry import Entry
from rest.problems import problem_response


def prediction_response(
    request: Request, match_id: int, *, headers: Mapping[str, str] | None = None
) -> HttpResponseBase:
    """The prediction of a match, or a 404. `headers` are added. Raises Problem (429, 503)."""
    answer = predict_many(request, [match_id])[match_id]
    # As of now, not of when it was asked: what was waited for is that much nearer to kickoff.
    told = cache_headers(answer, now=timezone.now().timestamp()) | dict(headers or {})
    if answer.entry.is_absence:
        # It may be there in a moment, and nobody could tell a client: as every error, it is not to be kept.
        del told["Cache-Control"]
        return problem_response(request, kind="not-found", detail=f"There is no match {match_id}.", headers=told)
    if is_json(request):
        # Stored with the bytes, whose hash it is. Another form of them gets one of its own.
        told["ETag"] = quoted(answer.entry)
    return Response(answer.entry.body, headers=told)


def is_json(request: Request) -> bool:
    """Whether bytes that are JSON already are what the client gets."""
    renderer = request.accepted_renderer
    return bool(renderer.format == "json")


def quoted(entry: Entry) -> str:
    """The entry's ETag, a strong one, as the header has it."""
    return f'"{entry.etag}"'
