"""Permanent redirects that keep the method: 308 in place of Django's 301, after which clients make a GET of a POST."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

from django.http import HttpRequest
from django.http.response import HttpResponseBase

_GetResponse = Callable[[HttpRequest], HttpResponseBase]


def redirects(get_response: _GetResponse) -> _GetResponse:
    """A middleware. It stands around all that redirects: to https, and to the address with its slash."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if response.status_code == HTTPStatus.MOVED_PERMANENTLY:
            response.status_code = HTTPStatus.PERMANENT_REDIRECT
        return response

    return middleware
