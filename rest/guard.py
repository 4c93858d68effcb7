"""Refuses what no view should have to look at: bodies without end, and characters that no database can hold."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from rest.addresses import is_api
from rest.problems import invalid_parameters, problem_response

_GetResponse = Callable[[HttpRequest], HttpResponseBase]


def guard(get_response: _GetResponse) -> _GetResponse:
    """A middleware. What it refuses is not read."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        refusal = _refusal(request) if is_api(request) else None
        return refusal or get_response(request)

    return middleware


def _refusal(request: HttpRequest) -> HttpResponseBase | None:
    if "\0" in request.path_info:
        return problem_response(request, kind="not-found", detail="There is nothing at this address.")
    if "%00" in (query := request.META.get("QUERY_STRING", "")) or "\0" in query:
        named = [name for name, values in request.GET.lists() if "\0" in f"{name}{''.join(values)}"]
        return invalid_parameters(request, {name: ["Null characters are not allowed."] for name in named})
    if _length(request) > settings.LARGEST_BODY:
        detail = f"The body is larger than {settings.LARGEST_BODY} bytes."
        return problem_response(request, kind="content-too-large", detail=detail)
    return None


def _length(request: HttpRequest) -> int:
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0
