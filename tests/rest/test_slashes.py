from __future__ import annotations

import pytest
from django.test import Client
from pytest_django import Settings


@pytest.mark.parametrize("debug", [False, True])
@pytest.mark.parametrize("method", ["get", "post"])
def test_the_address_without_its_slash_leads_to_the_one_with_it(
    client: Client, settings: Settings, method: str, debug: bool
) -> None:
    settings.DEBUG = debug
    response = getattr(client, method)("/api/v1/predictions/batch?a=1")

    assert response.status_code == 308
    assert response.headers["Location"] == "/api/v1/predictions/batch/?a=1"


def test_it_leads_to_no_other_server(client: Client) -> None:
    assert not client.get("//evil.example/api/v1/matches").headers.get("Location", "").startswith("//")
