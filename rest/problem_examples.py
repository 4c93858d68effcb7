"""One example of each kind of problem, for the API's description."""

from __future__ import annotations

from typing import Any

from rest.problems import KINDS, Kind

_PREDICTION, _MATCHES, _BATCH = "/api/v1/predictions/380/", "/api/v1/matches/", "/api/v1/predictions/batch/"

# kind: (instance, detail, other members)
_EXAMPLES: dict[str, tuple[str, str, dict[str, Any]]] = {
    "malformed-request": (_BATCH, "JSON parse error - Expecting value: line 1 column 1 (char 0)", {}),
    "invalid-parameters": (
        _MATCHES,
        "See `errors` for what is wrong with each field or parameter.",
        {"errors": {"season": ["Enter a whole number."]}},
    ),
    "not-authenticated": (_MATCHES, "Authentication credentials were not provided.", {}),
    "forbidden": (_MATCHES, "You do not have permission to perform this action.", {}),
    "not-found": (_PREDICTION, "There is no match 380.", {}),
    "method-not-allowed": (_PREDICTION, 'Method "DELETE" not allowed.', {}),
    "not-acceptable": (_PREDICTION, "Could not satisfy the request Accept header.", {}),
    "conflict": (_MATCHES, "These teams meet at this ground in this season already.", {}),
    "precondition-failed": (_PREDICTION, "There is another prediction now.", {}),
    "content-too-large": (_BATCH, "The body is larger than is accepted.", {}),
    "unsupported-media-type": (_BATCH, 'Unsupported media type "text/plain" in request.', {}),
    "too-many-requests": (_PREDICTION, "This is more than is computed for one consumer in a minute.", {}),
    "internal-error": (_PREDICTION, "The error has been logged.", {}),
    "unavailable": (_PREDICTION, "The database does not answer.", {}),
    "no-active-model": (_PREDICTION, "No model is active: run manage.py train_model.", {}),
    "not-ready": (
        "/readyz",
        "model: None is active: run manage.py train_model.",
        {
            "checks": {
                "database": {"status": "ok", "latency_ms": 0.61, "message": "PostgreSQL answers."},
                "migrations": {"status": "ok", "latency_ms": 14.2, "message": "All are applied."},
                "model": {
                    "status": "failed",
                    "latency_ms": 1.07,
                    "message": "None is active: run manage.py train_model.",
                },
                "redis": {"status": "ok", "latency_ms": 0.14, "message": "Redis answers."},
            }
        },
    ),
    "overloaded": (_PREDICTION, "Too many are computing already: ask again in a moment.", {}),
}


def problem_example(kind: Kind) -> dict[str, Any]:
    """The document of one of its kind. Raises KeyError for a kind that nobody has written one for."""
    status, title = KINDS[kind]
    instance, detail, members = _EXAMPLES[kind]
    return {
        "type": f"/problems/{kind}",
        "title": title,
        "status": status,
        "detail": detail,
        "instance": instance,
        **members,
    }
