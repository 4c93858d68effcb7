"""Errors as RFC 9457 problem documents: what kinds there are, and how one is written.

`type` is "/problems/" and the kind below. Kinds are part of the API: they may be added to, never renamed. Beside the
RFC's own members a document may carry `errors`, which says for each field or parameter what is wrong with it.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from typing import Any, Literal

from django.core.exceptions import RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.utils.encoding import escape_uri_path
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.request import Request
from rest_framework.views import exception_handler as drf_handler

logger = logging.getLogger(__name__)

# Seconds after which it is worth asking again when the database was away.
RETRY_AFTER = 5

Kind = Literal[
    "malformed-request",
    "invalid-parameters",
    "not-authenticated",
    "forbidden",
    "not-found",
    "method-not-allowed",
    "not-acceptable",
    "conflict",
    "precondition-failed",
    "content-too-large",
    "unsupported-media-type",
    "too-many-requests",
    "internal-error",
    "unavailable",
    "no-active-model",
    "not-ready",
    "overloaded",
]

# kind: (HTTP status, title)
KINDS: dict[Kind, tuple[int, str]] = {
    "malformed-request": (400, "The request can't be understood"),
    "invalid-parameters": (400, "Something in the request is not valid"),
    "not-authenticated": (401, "Who is asking is not known"),
    "forbidden": (403, "This is not allowed"),
    "not-found": (404, "There is no such thing"),
    "method-not-allowed": (405, "This address does not know that method"),
    "not-acceptable": (406, "There is no answer in the form asked for"),
    "conflict": (409, "It contradicts what is there already"),
    "precondition-failed": (412, "It is not what the request's condition asks for"),
    "content-too-large": (413, "The request's body is too large"),
    "unsupported-media-type": (415, "The request's body is of a type that can't be read here"),
    "too-many-requests": (429, "Too many requests"),
    "internal-error": (500, "Something went wrong on this side"),
    "unavailable": (503, "The service can't answer at the moment"),
    "no-active-model": (503, "No model is active"),
    "not-ready": (503, "The service is not ready"),
    "overloaded": (503, "Too many ask at once for what has to be computed"),
}

# The kind of an exception that names none. The first of a status is its general one.
_GENERAL: dict[int, Kind] = {status: kind for kind, (status, _) in reversed(KINDS.items())}

_DRF_HEADERS = ("Retry-After", "WWW-Authenticate")


class Problem(APIException):
    """Raised in a view of the API, it becomes a problem document.

    `retry_after` is in seconds; `members` are added to the document's own.
    """

    def __init__(self, kind: Kind, detail: str, *, retry_after: int | None = None, **members: Any) -> None:
        super().__init__(detail)
        self.kind = kind
        self.status_code, _ = KINDS[kind]
        self.wait = retry_after
        self.members = members


def problem_response(
    request: HttpRequest | Request,
    *,
    kind: Kind,
    detail: str,
    status: int | None = None,
    headers: Mapping[str, str] | None = None,
    **members: Any,
) -> HttpResponse:
    """A problem document. `status` is the kind's own unless given; `members` are added to the RFC's.

    Caches don't keep it, since a 404 without a word about that may be kept at their discretion.
    """
    usual_status, title = KINDS[kind]
    status = status or usual_status
    document = {
        "type": f"/problems/{kind}",
        "title": title,
        "status": status,
        "detail": detail,
        "instance": escape_uri_path(request.path),
        **members,
    }
    return HttpResponse(
        # Half a surrogate pair, which only JSON's escapes can bring here, goes out as the escape that it came as.
        json.dumps(document, ensure_ascii=False).encode(errors="backslashreplace"),
        status=status,
        content_type="application/problem+json",
        headers={"Cache-Control": "no-store"} | dict(headers or {}),
    )


def invalid_parameters(request: HttpRequest | Request, errors: Mapping[str, Any]) -> HttpResponse:
    """The problem document of what is wrong with fields or parameters, by their names."""
    detail = "See `errors` for what is wrong with each field or parameter."
    return problem_response(request, kind="invalid-parameters", detail=detail, errors=errors)


def exception_handler(error: Exception, context: dict[str, Any]) -> HttpResponse | None:
    """REST framework's EXCEPTION_HANDLER. None for an error nobody foresaw, which Django then logs and answers."""
    if isinstance(error, OperationalError | InterfaceError):
        # The database is away: nobody's mistake, and worth asking again. What the driver says may name hosts and users.
        logger.error("The database does not answer: %s", error)
        error = Problem("unavailable", "The database does not answer.", retry_after=RETRY_AFTER)
    if isinstance(error, RequestDataTooBig):
        error = Problem("content-too-large", "The body is larger than is accepted.")
    response = drf_handler(error, context)
    if response is None:
        return None
    if isinstance(error, ValidationError):
        data = response.data
        return invalid_parameters(context["request"], data if isinstance(data, dict) else {"non_field_errors": data})
    status = response.status_code
    kind: Kind = getattr(error, "kind", None) or _GENERAL.get(status, "malformed-request")
    return problem_response(
        context["request"],
        kind=kind,
        detail=str(response.data["detail"]),
        status=status,
        headers={name: response.headers[name] for name in _DRF_HEADERS if name in response.headers},
        **getattr(error, "members", {}),
    )
