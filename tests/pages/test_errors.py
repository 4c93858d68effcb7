"""Django's errors, for people."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import include, path

from predictor_site import urls


def raising(error: Exception) -> Callable[[HttpRequest], HttpResponse]:
    def view(request: HttpRequest) -> HttpResponse:
        raise error

    return view


urlpatterns = [
    path("refused/", raising(PermissionDenied("the-secret"))),
    path("suspicious/", raising(SuspiciousOperation("the-secret"))),
    path("failing/", raising(RuntimeError("the-secret"))),
    path("", include(urls)),
]

handler400, handler403, handler404, handler500 = urls.handler400, urls.handler403, urls.handler404, urls.handler500


@pytest.mark.urls(__name__)
@pytest.mark.parametrize(
    ("address", "status", "words"),
    [
        ("/refused/", 403, "This is not for you"),
        ("/suspicious/", 400, "can’t be understood"),
        ("/nothing/", 404, "There is nothing here"),
        ("/failing/", 500, "Something went wrong"),
    ],
)
def test_an_error_is_a_page_that_leads_back(client: Client, address: str, status: int, words: str) -> None:
    client.raise_request_exception = False

    response = client.get(address)

    assert response.status_code == status
    assert words in response.content.decode()
    assert "the-secret" not in response.content.decode()
    assert b'<a href="/">All coming matches</a>' in response.content


@pytest.mark.parametrize(
    ("method", "address", "status"),
    [
        ("GET", "/nothing/", 404),
        ("GET", "/matches/999999999/", 404),
        ("GET", "/static/nothing.css", 404),
        ("GET", "/matches/1", 308),
        ("GET", "/admin/matches/", 302),
        ("POST", "/problems/", 405),
        ("OPTIONS", "/problems/", 405),
        ("POST", "/admin/login/", 403),
    ],
)
@pytest.mark.usefixtures("db")
def test_what_is_no_page_is_not_kept(method: str, address: str, status: int) -> None:
    response = Client(enforce_csrf_checks=True).generic(method, address)

    assert response.status_code == status
    assert "no-store" in response.headers["Cache-Control"]


def test_what_is_asked_of_an_unknown_host_is_not_kept_either(client: Client) -> None:
    response = client.get("/problems/", headers={"host": "elsewhere.example"})

    assert response.status_code == 400
    assert response.headers["Cache-Control"] == "no-store"


def test_a_page_is_kept_as_it_says(client: Client) -> None:
    response = client.get("/problems/")
    again = client.get("/problems/", headers={"if-none-match": response.headers["ETag"]})

    assert (response.status_code, again.status_code) == (200, 304)
    assert response.headers["Cache-Control"] == again.headers["Cache-Control"] == "public, max-age=60"
