"""Who may keep what is no answer to a GET: of an address that leads nowhere, or elsewhere, or to another method."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

from django.http import HttpRequest
from django.http.response import HttpResponseBase

_GetResponse = Callable[[HttpRequest], HttpResponseBase]


def keeping(get_response: _GetResponse) -> _GetResponse:
    """A middleware, the outermost. Nobody keeps what does not say that it may be kept: a cache may hold even a 404 or a
    308 as long as it thinks fit (RFC 9111, 4.2.2), and there may be something else at that address by then."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        good = response.status_code in (HTTPStatus.OK, HTTPStatus.NOT_MODIFIED)
        if not good or request.method not in ("GET", "HEAD"):
            response.headers.setdefault("Cache-Control", "no-store")
        return response

    return middleware
