"""The page on which the API can be tried: nothing on it comes from elsewhere."""

from __future__ import annotations

import contextlib
import re

import pytest
from django.test import Client


# Closing a response, too, looks after connections to the database.
@pytest.mark.django_db
def test_all_that_the_page_needs_is_served_here(client: Client) -> None:
    response = client.get("/api/docs/", headers={"accept": "text/html"})
    assert response.status_code == 200
    addresses = re.findall(r'(?:src|href)="([^"]+)"', response.content.decode())
    assert len(addresses) >= 4
    for address in addresses:
        assert address.startswith("/static/"), address
        with contextlib.closing(client.get(address)) as file:
            assert file.status_code == 200, address


def test_it_shows_this_description(client: Client) -> None:
    assert '"/api/schema/"' in client.get("/api/docs/").content.decode()


def test_it_is_the_same_for_everybody_and_sets_no_cookie() -> None:
    first, second = Client().get("/api/docs/"), Client().get("/api/docs/")
    assert not first.cookies
    assert "Cookie" not in first.headers.get("Vary", "")
    assert first.headers["Cache-Control"] == "no-cache"
    assert first.content == second.content
    assert first.headers["ETag"] == second.headers["ETag"]


def test_who_has_it_is_told_so_and_head_is_like_get(client: Client) -> None:
    full, head = client.get("/api/docs/"), client.head("/api/docs/")
    assert head.content == b""
    same = ("ETag", "Cache-Control", "Content-Type", "Vary", "Cross-Origin-Opener-Policy")
    assert {name: head.headers.get(name) for name in same} == {name: full.headers.get(name) for name in same}
    for ask in (client.get, client.head):
        assert ask("/api/docs/", headers={"if-none-match": full.headers["ETag"]}).status_code == 304


def test_it_says_by_which_methods_it_is_to_be_had(client: Client) -> None:
    response = client.options("/api/docs/")
    assert response.status_code == 204
    assert response.headers["Allow"] == "GET, HEAD, OPTIONS"
    refused = client.post("/api/docs/")
    assert refused.status_code == 405
    assert refused.json()["type"] == "/problems/method-not-allowed"


@pytest.mark.parametrize("address", ["/api/docs/", "/api/schema/"])
def test_a_misspelt_parameter_is_refused(client: Client, address: str) -> None:
    response = client.get(address, {"fromat": "x"})
    assert response.status_code == 400
    assert list(response.json()["errors"]) == ["fromat"]
