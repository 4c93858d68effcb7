"""What is no answer to a GET is not kept, and what says how long it may be kept is left alone."""

from __future__ import annotations

import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory

from rest.keeping import keeping

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("method", "address", "status"),
    [
        ("GET", "/api/nothing/", 404),
        ("GET", "/api/v1/matches/?seson=1", 400),
        ("GET", "/api/v1/matches", 308),
        ("POST", "/api/v1/predictions/batch", 308),
        ("PUT", "/api/v1/matches/", 405),
        ("POST", "/api/v1/matches/", 401),
        ("OPTIONS", "/api/v1/matches/", 200),
        ("OPTIONS", "/api/docs/", 204),
    ],
)
def test_what_is_no_answer_to_a_get_is_not_kept(client: Client, method: str, address: str, status: int) -> None:
    response = client.generic(method, address)

    assert response.status_code == status
    assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_an_answer_is_kept_as_it_says(client: Client, method: str) -> None:
    response = client.generic(method, "/api/v1/matches/")
    again = client.generic(method, "/api/v1/matches/", headers={"if-none-match": response.headers["ETag"]})

    assert (response.status_code, again.status_code) == (200, 304)
    assert response.headers["Cache-Control"] == again.headers["Cache-Control"] == "no-cache"


def test_an_answer_that_says_nothing_is_left_alone() -> None:
    assert "Cache-Control" not in keeping(lambda request: HttpResponse())(RequestFactory().get("/")).headers
