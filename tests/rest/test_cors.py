from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from rest.addresses import API

ORIGIN = "https://odds.example"


@pytest.fixture
def allowed(settings: Settings) -> None:
    """As with CORS_ORIGINS=https://odds.example."""
    settings.CORS_ALLOWED_ORIGINS = [ORIGIN]
    settings.CORS_URLS_REGEX = rf"^{API}"


def ask(client: Client, path: str = "/healthz", origin: str = ORIGIN) -> Any:
    return client.get(path, headers={"origin": origin}).headers


def test_unless_set_no_page_elsewhere_reads_anything(client: Client) -> None:
    headers = ask(client)

    assert "Access-Control-Allow-Origin" not in headers
    assert "origin" not in headers.get("Vary", "").lower()


@pytest.mark.usefixtures("allowed")
def test_a_page_of_an_allowed_origin_reads_answers_and_headers(client: Client) -> None:
    headers = ask(client)

    assert headers["Access-Control-Allow-Origin"] == ORIGIN
    assert "origin" in headers["Vary"]
    exposed = set(headers["Access-Control-Expose-Headers"].split(", "))
    assert {"ETag", "Cache-Status", "Age", "Link", "Retry-After", "Location"} <= exposed
    assert "Access-Control-Allow-Credentials" not in headers


@pytest.mark.usefixtures("allowed")
@pytest.mark.parametrize("path", ["/api/v1/nothing/", "/api/v1/matches/?league=%00", "/api/v1/matches/?format=xml"])
def test_it_reads_errors_too(client: Client, path: str) -> None:
    assert ask(client, path)["Access-Control-Allow-Origin"] == ORIGIN


@pytest.mark.usefixtures("allowed")
@pytest.mark.parametrize("origin", ["https://evil.example", "http://odds.example", f"{ORIGIN}.evil.example", "["])
def test_a_page_of_another_origin_does_not(client: Client, origin: str) -> None:
    assert "Access-Control-Allow-Origin" not in ask(client, origin=origin)


@pytest.mark.usefixtures("allowed")
def test_the_admin_is_for_nobody_elsewhere(client: Client) -> None:
    assert "Access-Control-Allow-Origin" not in ask(client, "/admin/login/")


@pytest.mark.usefixtures("allowed")
def test_it_may_write_with_a_key_and_a_condition(client: Client) -> None:
    wanted = {"access-control-request-method": "PATCH", "access-control-request-headers": "authorization, if-match"}
    response = client.options("/api/v1/matches/1/", headers={"origin": ORIGIN, **wanted})

    assert response.status_code == 200
    assert "PATCH" in response.headers["Access-Control-Allow-Methods"]
    assert {"authorization", "if-match", "content-type"} <= set(
        response.headers["Access-Control-Allow-Headers"].split(", ")
    )


@pytest.mark.usefixtures("allowed")
def test_all_origins_may_be_allowed(client: Client, settings: Settings) -> None:
    settings.CORS_ALLOW_ALL_ORIGINS = True

    assert ask(client, origin="https://anybody.example")["Access-Control-Allow-Origin"] == "*"
