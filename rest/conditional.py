"""Conditional requests (RFC 9110, 13): every answer to a GET of the API has an ETag, and who has it gets a 304.

A view that knows the ETag without making the answer sets it itself. For what writes: `require_match`. Conditions by
date are passed over, as they are to be where nothing has one (13.1.3, 13.1.4): a date is right to the second, and an
answer may change twice in one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.http import parse_etags
from rest_framework.request import Request

from rest.addresses import is_api
from rest.problems import Problem, problem_response

_GetResponse = Callable[[HttpRequest], HttpResponseBase]
# On a 304 beside those that Django keeps: how old the answer is, and how it came about.
_KEPT = ("Age", "Cache-Status", "Link")
_CHANGED = "It is another by now than the request's condition asks for."
_NOT_QUOTED = 'The header If-Match takes ETags as they come, with their quotation marks: If-Match: "abc", or *.'


def etag_of(content: bytes) -> str:
    """The strong ETag of these bytes, with its quotation marks."""
    return f'"{hashlib.blake2b(content, digest_size=16).hexdigest()}"'


def require_match(request: HttpRequest | Request, *, etag: str) -> None:
    """Raise Problem (412) unless the request's If-Match, if there is one, is met by what is there before it writes.

    One without an ETag in it is a Problem (400): who sends it does not mean to write over anything.
    """
    if "HTTP_IF_MATCH" in request.META and not _names_any(request.META["HTTP_IF_MATCH"]):
        raise Problem("malformed-request", _NOT_QUOTED)
    failed = _response(request, etag)
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
    checked = _response(request, response.headers["ETag"], response)
    if checked is None:
        return response
    if checked.status_code == HTTPStatus.NOT_MODIFIED:
        for name in _KEPT:
            if name in response.headers:
                checked.headers[name] = response.headers[name]
    if checked.status_code != HTTPStatus.PRECONDITION_FAILED:
        return checked
    return problem_response(request, kind="precondition-failed", detail=_CHANGED)


def _response(
    request: HttpRequest | Request, etag: str, response: HttpResponse | None = None
) -> HttpResponseBase | None:
    """A 304 or 412 as the request's conditions ask for, else the response."""
    # Django holds that what has no date was modified since any.
    request.META.pop("HTTP_IF_UNMODIFIED_SINCE", None)
    checked: HttpResponseBase | None = get_conditional_response(request, etag=etag, response=response)
    return checked


def _names_any(condition: str) -> bool:
    named: list[str] = parse_etags(condition)
    return bool(named)
