"""Permanent redirects keep the method."""

from __future__ import annotations

import pytest
from django.test import Client
from pytest_django import Settings


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PATCH"])
@pytest.mark.parametrize("address", ["/api/v1/predictions/batch/?a=1", "/problems/"])
def test_who_comes_by_http_is_sent_to_https_by_the_same_method(
    client: Client, settings: Settings, method: str, address: str
) -> None:
    settings.SECURE_SSL_REDIRECT = True
    response = client.generic(method, address)

    assert response.status_code == 308
    assert response.headers["Location"] == f"https://testserver{address}"


def test_what_leads_elsewhere_for_a_while_stays_as_it_is(client: Client, db: None) -> None:
    assert client.get("/admin/matches/").status_code == 302
