from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from pytest_django import Settings

from rest.guard import guard


def views(request: HttpRequest) -> HttpResponse:
    return HttpResponse(request.GET.get("name", ""))


def test_a_body_above_the_limit_is_refused_unread(settings: Settings) -> None:
    settings.LARGEST_BODY = 1000
    request = RequestFactory().post("/api/v1/x/", b"x" * 1001, content_type="application/json")
    response = guard(views)(request)

    assert response.status_code == 413
    assert b"/problems/content-too-large" in response.content  # type: ignore[attr-defined]
    assert len(request.read()) == 1001


def test_a_body_of_the_limit_is_let_through(settings: Settings) -> None:
    settings.LARGEST_BODY = 1000
    request = RequestFactory().post("/api/v1/x/", b"x" * 1000, content_type="application/json")

    assert guard(views)(request).status_code == 200


def test_the_admin_has_limits_of_its_own(settings: Settings) -> None:
    settings.LARGEST_BODY = 1000
    request = RequestFactory().post("/admin/", b"x" * 1001, content_type="text/plain")

    assert guard(views)(request).status_code == 200


def test_a_length_that_is_no_number_is_left_to_the_parser() -> None:
    request = RequestFactory().post("/api/v1/x/", b"", content_type="text/plain", CONTENT_LENGTH="many")

    assert guard(views)(request).status_code == 200


def test_a_null_character_in_a_parameter_is_named(client: Client) -> None:
    response = client.get("/api/v1/matches/?league=en%00&team=5&b%00=1")

    assert response.status_code == 400
    assert response.json()["errors"].keys() == {"league", "b\0"}


def test_a_null_character_in_an_address_is_nothing(client: Client) -> None:
    response = client.get("/api/v1/models/x%00/")

    assert response.status_code == 404
    assert response.json()["type"] == "/problems/not-found"
