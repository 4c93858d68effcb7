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
