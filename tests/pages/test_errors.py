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
