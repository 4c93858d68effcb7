"""Every address that can be read, in every form: whole, on condition, and without its body."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from django.test import Client

from matches.models import Match
from predictions.ml.active import ActiveModel

pytestmark = pytest.mark.django_db

FORMS = {"json": "application/json", "csv": "text/csv; charset=utf-8", "api": "text/html; charset=utf-8"}


@pytest.fixture
def addresses(fixture: Match, model: ActiveModel) -> list[str]:
    """All together, since training a model for each would take longer than asking."""
    teams = f"home={fixture.home_team_id}&away={fixture.away_team_id}"
    below = [
        *(
            "",
            "leagues/",
            "leagues/en.1/",
            "leagues/en.1/table/",
            "teams/",
            f"teams/{fixture.home_team_id}/",
            "matches/",
        ),
        *(f"matches/{fixture.pk}/", f"head-to-head/?{teams}", "models/", f"models/{model.version}/", "predictions/"),
        *(f"predictions/{fixture.pk}/", f"predictions/lookup/?{teams}", f"predictions/what-if/?{teams}&league=en.1"),
    ]
    return [f"/api/v1/{address}" for address in below]


def ask(client: Client, address: str, form: str, method: str = "get", **headers: str) -> Any:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return getattr(client, method)(address, headers={"accept": FORMS[form].partition(";")[0], **named})


def test_each_can_be_had_in_each_form(client: Client, addresses: list[str]) -> None:
    for address in addresses:
        for form, content_type in FORMS.items():
            response = ask(client, address, form)
            assert response.status_code == 200, (address, form, response.content)
            assert response.headers["Content-Type"] == content_type, address
            assert "Accept" in response.headers["Vary"], address
            assert "Cookie" not in response.headers["Vary"], address
            assert not response.cookies, address


def test_head_has_the_headers_and_no_body(client: Client, addresses: list[str]) -> None:
    for address in addresses:
        ask(client, address, "json")
        response, head = ask(client, address, "json"), ask(client, address, "json", "head")
        assert (head.status_code, head.content) == (200, b""), address
        assert head.headers.keys() == response.headers.keys(), address
        assert head.headers.get("ETag") == response.headers.get("ETag"), address


def test_who_has_it_already_gets_a_304(client: Client, addresses: list[str]) -> None:
    conditional = 0
    for address in addresses:
        for form in FORMS:
            ask(client, address, form)
            response = ask(client, address, form)
            if "no-store" in response.headers["Cache-Control"]:
                assert "ETag" not in response.headers, address
                continue
            again = ask(client, address, form, if_none_match=response.headers["ETag"])
            assert again.status_code == 304, (address, form)
            for name in ("ETag", "Vary", "Cache-Control"):
                assert again.headers[name].partition("max-age")[0] == response.headers[name].partition("max-age")[0]
            assert ask(client, address, form, if_match='"other"').status_code == 412, (address, form)
            conditional += 1
    assert conditional >= (len(addresses) - 1) * len(FORMS)


def test_each_form_has_an_etag_of_its_own(client: Client, addresses: list[str]) -> None:
    for address in addresses:
        etags = {ask(client, address, form).headers.get("ETag") for form in FORMS}
        assert len(etags) == len(FORMS) or etags == {None}, address


def test_a_table_has_rows_as_wide_as_its_header(client: Client, addresses: list[str]) -> None:
    for address in addresses:
        text = ask(client, address, "csv").content.decode()
        header, *rows = csv.reader(io.StringIO(text, newline=""))
        assert rows, address
        assert len(set(header)) == len(header), address
        assert {len(row) for row in rows} == {len(header)}, address


def test_the_page_has_no_form_for_who_may_not_write(client: Client, addresses: list[str]) -> None:
    for address in addresses:
        assert b'name="_content"' not in ask(client, address, "api").content, address
