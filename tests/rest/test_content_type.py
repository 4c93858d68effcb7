from __future__ import annotations

from typing import Any

import pytest
from django.core.handlers.wsgi import WSGIRequest
from django.test import RequestFactory

from rest.content_type import with_plain_content_type


def received(content_type: str | None) -> Any:
    got: dict[str, Any] = {}

    def application(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        got.update(environ)
        return []

    environ = {**RequestFactory().get("/api/v1/matches/?league=%C3%BC").environ, "CONTENT_TYPE": content_type}
    with_plain_content_type(application)(environ, lambda *args: None)
    return got


@pytest.mark.parametrize(
    ("sent", "passed_on"),
    [
        ("application/json", "application/json"),
        ("application/json; charset=utf-8", "application/json"),
        ("", ""),
        (None, None),
        ('multipart/form-data; boundary="a b"; charset=utf-8', 'multipart/form-data; boundary="a b"'),
        ("multipart/form-data; charset=x; Boundary=----ab1", 'multipart/form-data; boundary="----ab1"'),
        ('multipart/form-data; boundary="a\\"b"', "multipart/form-data"),
    ],
)
def test_media_type_and_boundary_are_passed_on(sent: str | None, passed_on: str | None) -> None:
    assert received(sent)["CONTENT_TYPE"] == passed_on


@pytest.mark.parametrize(
    "sent",
    [
        *(f"text/plain; charset={name}" for name in ("base64", "rot13", "idna", "undefined")),
        *(
            "text/plain; charset*=utf-8''base64",
            "text/plain; x*=nonsense'en'y",
            "text/plain; x*0*=nonsense''y",
            ";;",
            ";",
        ),
    ],
)
def test_django_can_make_a_request_of_it(sent: str) -> None:
    assert WSGIRequest(received(sent)).GET["league"] == "ü"
