"""Compresses answers with gzip for who accepts it. Brotli is better left to a proxy, which keeps what it compressed.

The compressed bytes are others, so they have another ETag: `"x-gzip"` for `"x"`. It is strong like that, unlike the one
of Django's GZipMiddleware, a weak one with which no client could ever meet `If-Match`. Conditions may name either.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers
from django.utils.text import compress_string

_GetResponse = Callable[[HttpRequest], HttpResponseBase]

LEAST = 200
"""Bytes below which nothing is gained."""
# A page with a secret in it gets as many at random, so that its length does not tell the secret (BREACH). What has an
# ETag is the same for everybody, so there is none in it; its bytes are always the same.
RANDOM_BYTES = 100

_CODING = re.compile(r"(?P<name>[a-z-]+|\*)\s*(?:;\s*q=(?P<weight>[0-9.]+)\s*)?", re.IGNORECASE)


def compression(get_response: _GetResponse) -> _GetResponse:
    """A middleware. It stands around all that looks at bodies or ETags."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        accepted = _accepts_gzip(request)
        # Who takes no gzip has no use for what it has compressed; but it may still write over what it has read so.
        known = accepted and _without_suffix(request, "HTTP_IF_NONE_MATCH")
        known = _without_suffix(request, "HTTP_IF_MATCH") or known
        response = get_response(request)
        if not isinstance(response, HttpResponse) or response.has_header("Content-Encoding"):
            return response
        patch_vary_headers(response, ("Accept-Encoding",))
        if accepted:
            if response.status_code == HTTPStatus.NOT_MODIFIED:
                if known:
                    _add_suffix(response)
            elif len(response.content) >= LEAST:
                _compress(response)
        return response

    return middleware


def _compress(response: HttpResponse) -> None:
    compressed = compress_string(
        response.content, max_random_bytes=None if response.has_header("ETag") else RANDOM_BYTES
    )
    if len(compressed) < len(response.content):
        response.content = compressed
        response.headers["Content-Length"] = str(len(compressed))
        response.headers["Content-Encoding"] = "gzip"
        _add_suffix(response)


def _accepts_gzip(request: HttpRequest) -> bool:
    codings = map(_CODING.fullmatch, map(str.strip, request.headers.get("Accept-Encoding", "").split(",")))
    accepts = {found["name"].lower(): (found["weight"] or "1").strip("0.") != "" for found in codings if found}
    # What is named counts, wherever `*` stands (RFC 9110, 12.5.3).
    return next((accepts[name] for name in ("gzip", "x-gzip", "*") if name in accepts), False)


def _add_suffix(response: HttpResponse) -> None:
    if response.has_header("ETag"):
        response.headers["ETag"] = f'{response.headers["ETag"].removesuffix(chr(34))}-gzip"'


def _without_suffix(request: HttpRequest, name: str) -> bool:
    """Make this condition of the request's name what is not compressed. Whether it did name what is."""
    text = request.META.get(name, "")
    named = '-gzip"' in text
    if named:
        request.META[name] = text.replace('-gzip"', '"')
    return named
