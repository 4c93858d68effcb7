from __future__ import annotations

import pytest
from django.test import Client, RequestFactory
from rest_framework.exceptions import NotAcceptable, ValidationError
from rest_framework.request import Request

from rest.negotiation import Negotiation
from rest.renderers import RENDERERS

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/webp,*/*;q=0.8"


def chosen(accept: str | None = None, **query: str) -> str:
    headers = {} if accept is None else {"accept": accept}
    request = Request(RequestFactory().get("/api/v1/matches/", query, headers=headers))
    renderer, media_type = Negotiation().select_renderer(request, [each() for each in RENDERERS])
    assert media_type == renderer.media_type
    return str(renderer.format)


@pytest.mark.parametrize(
    ("accept", "form"),
    [
        (None, "json"),
        ("", "json"),
        ("*/*", "json"),
        ("application/*", "json"),
        ("application/json; charset=utf-8", "json"),
        ("application/json;indent=4", "json"),
        ("APPLICATION/JSON", "json"),
        ("text/csv", "csv"),
        ("text/*", "csv"),
        ("text/html", "api"),
        (BROWSER, "api"),
        ("application/json, text/csv;q=0.1", "json"),
        ("application/json;q=0.1, text/csv", "csv"),
        ("text/csv, application/json", "json"),
        ("*/*, application/json;q=0", "csv"),
        ("text/*;q=0.5, text/csv;q=0.1, */*;q=0.2", "api"),
    ],
)
def test_accept_is_heeded_with_its_weights(accept: str | None, form: str) -> None:
    assert chosen(accept) == form


@pytest.mark.parametrize(
    "accept", ["image/png", "application/json;q=0", "json", "*", "text/", "a" * 3000, "application/xml;q=2"]
)
def test_what_is_not_there_is_not_acceptable(accept: str) -> None:
    with pytest.raises(NotAcceptable):
        chosen(accept)


@pytest.mark.parametrize("form", ["json", "csv", "api"])
def test_format_decides_whatever_is_accepted(form: str) -> None:
    assert chosen("image/png", format=form) == form


@pytest.mark.parametrize("form", ["xml", "JSON", "", "json\n"])
def test_a_format_nobody_knows_is_an_error_that_names_those_there_are(form: str) -> None:
    with pytest.raises(ValidationError, match="json, csv, api"):
        chosen(format=form)


@pytest.mark.django_db
def test_format_is_a_parameter_of_every_list(client: Client) -> None:
    for address in ("/api/v1/matches/", "/api/v1/models/"):
        response = client.get(address, {"format": "csv"})
        assert response.status_code == 200
        assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
        assert "Accept" in response.headers["Vary"]


@pytest.mark.parametrize("accept", ["application/json; x*=nonsense'en'y", "text/html;q=2, application/json;q=1"])
def test_parameters_nobody_understands_are_passed_over(accept: str) -> None:
    assert chosen(accept) in ("json", "api")
