"""Conditional requests (RFC 9110, 13): every answer to a GET of the API has an ETag, and who has it gets a 304.

A view that knows the ETag without making the answer sets it itself. For what writes: `require_match`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.http import parse_http_date_safe
from rest_framework.request import Request

from rest.addresses import is_api
from rest.problems import Problem, problem_response

_GetResponse = Callable[[HttpRequest], HttpResponseBase]
# On a 304 beside those that Django keeps: how old the answer is, and how it came about.
_KEPT = ("Age", "Cache-Status", "Link")
_CHANGED = "It is another by now than the request's condition asks for."


def etag_of(content: bytes) -> str:
    """The strong ETag of these bytes, with its quotation marks."""
    return f'"{hashlib.blake2b(content, digest_size=16).hexdigest()}"'


def require_match(request: HttpRequest | Request, *, etag: str) -> None:
    """Raise Problem (412) unless the request's If-Match, if there is one, is met by what is there before it writes."""
    failed = get_conditional_response(request, etag=etag)
    if failed is not None and failed.status_code == HTTPStatus.PRECONDITION_FAILED:
        raise Problem("precondition-failed", _CHANGED)


def conditional(get_response: _GetResponse) -> _GetResponse:
    """A middleware. It stands within what compresses, so that the ETag is that of the bytes as a view made them."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if request.method in ("GET", "HEAD") and is_api(request) and isinstance(response, HttpResponse):
            return _as_asked(request, response)
        return response

    return middleware


def _as_asked(request: HttpRequest, response: HttpResponse) -> HttpResponseBase:
    if response.status_code != HTTPStatus.OK or "no-store" in response.get("Cache-Control", ""):
        return response
    if not response.has_header("ETag"):
        response.headers["ETag"] = etag_of(response.content)
    modified = parse_http_date_safe(response.get("Last-Modified", ""))
    checked = get_conditional_response(
        request, etag=response.headers["ETag"], last_modified=modified, response=response
    )
    if checked is None:
        return response
    if checked.status_code == HTTPStatus.NOT_MODIFIED:
        for name in _KEPT:
            if name in response.headers:
                checked.headers[name] = response.headers[name]
    if checked.status_code != HTTPStatus.PRECONDITION_FAILED:
        return checked
    return problem_response(request, kind="precondition-failed", detail=_CHANGED)
