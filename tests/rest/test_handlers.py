from __future__ import annotations

import logging
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path
from pytest_django import Settings

from matches.api.views import MatchList
from predictor_site import urls


def failing(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("the-secret")


def reading(request: HttpRequest) -> HttpResponse:
    return HttpResponse(request.body)


urlpatterns = [
    *urls.urlpatterns,
    path("api/fail/", failing),
    path("fail/", failing),
    path("api/form/", reading),
]

handler400 = urls.handler400
handler500 = urls.handler500


@pytest.mark.parametrize("address", ["/api/", "/api", "/api/v1/nothing/", "/api/v2/matches/", "/api/%00/", "/readyz/x"])
def test_an_unknown_address_of_the_api_is_a_problem(client: Client, address: str) -> None:
    response = client.get(address)

    assert response.status_code == 404
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.json()["type"] == "/problems/not-found"
    assert response.json()["instance"] == address


@pytest.mark.parametrize("address", ["/nothing/", "/apis/", "/readyzz"])
def test_an_unknown_address_elsewhere_is_djangos_page(client: Client, address: str) -> None:
    response = client.get(address)

    assert response.status_code == 404
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"


def test_a_host_that_is_not_ours_is_a_problem(client: Client) -> None:
    response = client.get("/api/v1/matches/", headers={"host": "evil.example"})

    assert response.status_code == 400
    assert response.json()["type"] == "/problems/malformed-request"
    assert "ALLOWED_HOSTS" in response.json()["detail"]
    assert b"evil.example" not in response.content


def test_a_host_that_is_not_ours_is_djangos_page_elsewhere(client: Client) -> None:
    response = client.get("/admin/", headers={"host": "evil.example"})

    assert response.status_code == 400
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"


@pytest.mark.urls(__name__)
def test_an_error_nobody_foresaw_is_logged_and_not_shown(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    client.raise_request_exception = False
    with caplog.at_level(logging.ERROR, logger="django.request"):
        response = client.get("/api/fail/")

    assert response.status_code == 500
    assert response.json()["type"] == "/problems/internal-error"
    assert b"the-secret" not in response.content
    assert "the-secret" in caplog.text


@pytest.mark.urls(__name__)
def test_an_error_nobody_foresaw_elsewhere_is_djangos_page(client: Client) -> None:
    client.raise_request_exception = False
    response = client.get("/fail/")

    assert response.status_code == 500
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"


def test_an_error_nobody_foresaw_in_a_view_of_the_api_is_a_problem(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def list_(self: MatchList, request: Any) -> Any:
        raise RuntimeError("the-secret")

    monkeypatch.setattr(MatchList, "list", list_)
    client.raise_request_exception = False

    response = client.get("/api/v1/matches/")

    assert response.status_code == 500
    assert response.json()["detail"] == "The error has been logged."
    assert b"the-secret" not in response.content


@pytest.mark.urls(__name__)
def test_a_form_without_its_token_is_a_problem() -> None:
    response = Client(enforce_csrf_checks=True).post("/api/form/")

    assert response.status_code == 403
    assert response.json()["type"] == "/problems/forbidden"


@pytest.mark.urls(__name__)
def test_a_body_that_is_too_large_for_django_is_a_problem(client: Client, settings: Settings) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10
    response = client.post("/api/form/", b"x" * 11, content_type="text/plain")

    assert response.status_code == 413
    assert response.json()["type"] == "/problems/content-too-large"


def test_the_admins_refusals_stay_djangos(db: None) -> None:
    response = Client(enforce_csrf_checks=True).post("/admin/login/", {"username": "x", "password": "y"})

    assert response.status_code == 403
    assert response.headers["Content-Type"].startswith("text/html")
