from __future__ import annotations

from collections.abc import Callable
from typing import Any, get_args

import pytest
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import Http404
from django.test import Client, RequestFactory
from rest_framework import exceptions
from rest_framework.views import APIView

from rest.problems import KINDS, Kind, Problem, problem_response


def test_the_table_holds_every_kind() -> None:
    assert KINDS.keys() == set(get_args(Kind))


def test_kinds_are_only_ever_added() -> None:
    published = {
        "malformed-request": 400,
        "invalid-parameters": 400,
        "not-authenticated": 401,
        "forbidden": 403,
        "not-found": 404,
        "method-not-allowed": 405,
        "not-acceptable": 406,
        "conflict": 409,
        "precondition-failed": 412,
        "content-too-large": 413,
        "unsupported-media-type": 415,
        "too-many-requests": 429,
        "internal-error": 500,
        "unavailable": 503,
        "no-active-model": 503,
        "not-ready": 503,
        "overloaded": 503,
    }

    assert published.items() <= {kind: status for kind, (status, _) in KINDS.items()}.items()


def answer_of(error: Exception) -> Any:
    """What a view of the API answers that raises `error`."""

    class Failing(APIView):
        def get(self, request: Any) -> Any:
            raise error

    response = Failing.as_view()(RequestFactory().get("/api/v1/matches/ü/"))
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.headers["Cache-Control"] == "no-store"
    return response


def document_of(error: Exception) -> Any:
    import json

    return json.loads(answer_of(error).content)


def test_a_problem_has_the_members_of_the_rfc() -> None:
    assert document_of(Problem("not-found", "There is no match 5.")) == {
        "type": "/problems/not-found",
        "title": "There is no such thing",
        "status": 404,
        "detail": "There is no match 5.",
        "instance": "/api/v1/matches/%C3%BC/",
    }


@pytest.mark.parametrize(
    ("error", "status", "kind"),
    [
        (Http404("gone"), 404, "not-found"),
        (PermissionDenied("no"), 403, "forbidden"),
        (exceptions.NotFound(), 404, "not-found"),
        (exceptions.ParseError(), 400, "malformed-request"),
        (exceptions.NotAuthenticated(), 401, "not-authenticated"),
        (exceptions.MethodNotAllowed("POST"), 405, "method-not-allowed"),
        (exceptions.NotAcceptable(), 406, "not-acceptable"),
        (exceptions.UnsupportedMediaType("text/csv"), 415, "unsupported-media-type"),
        (exceptions.Throttled(), 429, "too-many-requests"),
        (exceptions.ValidationError("wrong"), 400, "invalid-parameters"),
        (Problem("no-active-model", "Train one."), 503, "no-active-model"),
    ],
)
def test_each_exception_has_its_kind(error: Exception, status: int, kind: str) -> None:
    response = answer_of(error)

    assert response.status_code == status
    assert document_of(error)["status"] == status
    assert document_of(error)["type"] == f"/problems/{kind}"


@pytest.mark.parametrize("error", [Problem("unavailable", "Busy.", retry_after=7), exceptions.Throttled(wait=7)])
def test_when_to_come_back_is_said_in_a_header(error: Exception) -> None:
    assert answer_of(error).headers["Retry-After"] == "7"


def test_a_problem_without_a_time_to_come_back_names_none() -> None:
    assert "Retry-After" not in answer_of(Problem("unavailable", "Busy.")).headers


def test_errors_of_fields_are_told_field_by_field() -> None:
    error = exceptions.ValidationError({"match_ids": ["Too many."], "name": ["Missing."]})

    assert document_of(error)["errors"] == {"match_ids": ["Too many."], "name": ["Missing."]}


def test_errors_of_no_field_have_a_place_too() -> None:
    assert document_of(exceptions.ValidationError("wrong"))["errors"] == {"non_field_errors": ["wrong"]}


def test_half_a_surrogate_pair_goes_out_as_an_escape() -> None:
    assert document_of(exceptions.ValidationError({"name": ["\ud800 is no name."]}))["errors"] == {
        "name": ["\ud800 is no name."]
    }


def test_a_problem_may_name_more_than_the_rfc_does() -> None:
    document = document_of(Problem("conflict", "There is one already.", match="/api/v1/matches/7/"))

    assert document["status"] == 409
    assert document["match"] == "/api/v1/matches/7/"


def test_a_body_that_django_finds_too_big_is_too_large() -> None:
    assert document_of(RequestDataTooBig("x"))["type"] == "/problems/content-too-large"


def test_further_members_are_added() -> None:
    response = problem_response(RequestFactory().get("/readyz"), kind="not-ready", detail="x", checks={"a": 1})

    assert b'"checks": {"a": 1}' in response.content


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "trace"])
def test_a_method_that_is_not_allowed_names_those_that_are(client: Client, method: str) -> None:
    call: Callable[..., Any] = getattr(client, method)

    response = call("/api/v1/models/")

    assert response.status_code == 405
    assert response.headers["Allow"] == "GET, HEAD, OPTIONS"
    assert response.json()["type"] == "/problems/method-not-allowed"


@pytest.mark.parametrize("accept", ["image/png", "application/xml;q=1", "nonsense", "/", ";;;", "\x00"])
def test_a_form_that_is_not_there_is_not_acceptable(client: Client, accept: str) -> None:
    response = client.get("/api/v1/matches/", headers={"accept": accept})

    assert response.status_code == 406
    assert response.json()["type"] == "/problems/not-acceptable"


@pytest.mark.parametrize("error", [OperationalError("host db.internal"), InterfaceError("host db.internal")])
def test_a_database_that_is_away_is_a_503_that_names_no_host(error: Exception) -> None:
    response = answer_of(error)
    assert response.status_code == 503
    assert int(response.headers["Retry-After"]) > 0
    assert b"/problems/unavailable" in response.content
    assert b"db.internal" not in response.content
