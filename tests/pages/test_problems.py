"""What the `type` of a problem leads to."""

from __future__ import annotations

import pytest
from django.test import Client

from pages.explanations import EXPLANATIONS
from rest.problems import KINDS


def test_every_kind_is_explained_and_no_other() -> None:
    assert EXPLANATIONS.keys() == KINDS.keys()


@pytest.mark.parametrize("kind", KINDS)
def test_the_type_of_a_problem_leads_to_its_explanation(client: Client, kind: str) -> None:
    response = client.get(f"/problems/{kind}", follow=True)

    assert response.status_code == 200
    assert EXPLANATIONS[kind].meaning[:20] in response.content.decode()
    assert f"&quot;type&quot;: &quot;/problems/{kind}&quot;" in response.content.decode()
    assert response.headers["Cache-Control"] == "public, max-age=60"


def test_all_kinds_are_listed(client: Client) -> None:
    page = client.get("/problems/").content.decode()

    assert all(f'href="/problems/{kind}/"' in page for kind in KINDS)


def test_an_unknown_kind_is_a_404(client: Client) -> None:
    assert client.get("/problems/nothing/").status_code == 404


def test_they_need_no_database(client: Client) -> None:
    """No mark for one: a query would fail."""
    assert client.get("/problems/unavailable/").status_code == 200
