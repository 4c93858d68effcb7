from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils.http import urlsafe_base64_encode
from hypothesis import given
from hypothesis import strategies as st

from rest.pagination import Cursor
from tests.matches.api.conftest import KICKOFF, MakeMatches

pytestmark = pytest.mark.django_db


def page(client: Client, url: str) -> dict[str, Any]:
    response = client.get(url)
    assert response.status_code == 200, response.content
    return dict(response.json())


def pages(client: Client, url: str | None, link: str) -> list[list[int]]:
    """The ids on each page, following `next` or `previous` to the end."""
    found = []
    while url:
        content = page(client, url)
        found.append([match["id"] for match in content["results"]])
        url = content[link]
    return found


def test_fifty_make_a_page_unless_told(client: Client, make_matches: MakeMatches) -> None:
    matches = make_matches(51)

    assert [len(ids) for ids in pages(client, "/api/v1/matches/", "next")] == [50, 1]
    assert [len(ids) for ids in pages(client, "/api/v1/matches/?page_size=500", "next")] == [len(matches)]


@pytest.mark.parametrize("ordering", ["kickoff", "-kickoff"])
@pytest.mark.parametrize("apart", [timedelta(0), timedelta(hours=1)], ids=["all at once", "one by one"])
def test_each_match_comes_once_in_order_there_and_back(
    client: Client, make_matches: MakeMatches, apart: timedelta, ordering: str
) -> None:
    everything = [match.pk for match in make_matches(10, every=apart)]
    if ordering == "-kickoff":
        everything.reverse()
    first = f"/api/v1/matches/?page_size=3&ordering={ordering}"

    there = pages(client, first, "next")
    last = client.get(first).json()
    while last["next"]:
        last = page(client, last["next"])
    back = pages(client, last["previous"], "previous")

    assert there == [everything[0:3], everything[3:6], everything[6:9], everything[9:]]
    assert back == [everything[6:9], everything[3:6], everything[0:3]]


def test_the_links_are_in_a_header_too(client: Client, make_matches: MakeMatches) -> None:
    make_matches(3)

    first = client.get("/api/v1/matches/?page_size=1")
    second = client.get(first.json()["next"])
    only = client.get("/api/v1/matches/?page_size=3")

    assert first.headers["Link"] == f'<{first.json()["next"]}>; rel="next"'
    links = second.json()
    assert second.headers["Link"] == f'<{links["next"]}>; rel="next", <{links["previous"]}>; rel="prev"'
    assert "Link" not in only.headers


def test_the_first_page_has_nothing_before_it_and_the_last_nothing_after(
    client: Client, make_matches: MakeMatches
) -> None:
    make_matches(4)

    first = page(client, "/api/v1/matches/?page_size=2")
    last = page(client, first["next"])

    assert first["previous"] is None
    assert last["next"] is None
    assert page(client, last["previous"])["results"] == first["results"]
    assert page(client, last["previous"])["previous"] is None


def test_a_full_last_page_has_no_empty_one_after_it(client: Client, make_matches: MakeMatches) -> None:
    make_matches(4)

    assert page(client, "/api/v1/matches/?page_size=4")["next"] is None


def test_a_match_that_appears_on_a_page_already_read_repeats_nothing(client: Client, make_matches: MakeMatches) -> None:
    matches = make_matches(4, every=timedelta(hours=1))
    first = page(client, "/api/v1/matches/?page_size=2")

    make_matches(1, kickoff=KICKOFF)

    second = page(client, first["next"])
    assert [match["id"] for match in second["results"]] == [match.pk for match in matches[2:]]


def test_links_keep_the_other_parameters(client: Client, make_matches: MakeMatches) -> None:
    make_matches(3)
    chosen = make_matches(3, status="cancelled")

    assert pages(client, "/api/v1/matches/?page_size=1&status=cancelled", "next") == [[match.pk] for match in chosen]


def test_nothing_found_is_an_empty_page(client: Client) -> None:
    assert page(client, "/api/v1/matches/") == {"next": None, "previous": None, "results": []}


@given(
    st.booleans(),
    st.datetimes(timezones=st.just(UTC)) | st.text(st.characters(exclude_characters="\0", codec="utf-8"), max_size=100),
    st.integers(min_value=1, max_value=10**18 - 1),
)
def test_a_cursor_survives_its_journey(later: bool, value: datetime | str, pk: int) -> None:
    cursor = Cursor(later, value, pk)

    assert Cursor.decode(cursor.encode()) == cursor


@pytest.mark.parametrize(
    "content",
    [
        "",
        ">1@",
        "1@2031-08-02T14:00:00+00:00",
        ">@2031-08-02T14:00:00+00:00",
        ">-1@2031-08-02T14:00:00+00:00",
        ">1@2031-08-02T14:00:00",
        ">1@2031-08-02T14:00:00+14:00",
        ">1@0001-01-01T00:00:00+14:00",
        ">1@2031-13-02T14:00:00+00:00",
        ">1@2031-08-02T14:00:00+00:00\x00",
        ">1\x00@2031-08-02T14:00:00+00:00",
        ">٣@2031-08-02T14:00:00+00:00",
        f">{10**18}@2031-08-02T14:00:00+00:00",
        "p=2031-08-02",
        ">1=2031-08-02T14:00:00+00:00",
    ],
)
def test_a_cursor_of_anybody_elses_making_is_refused(client: Client, content: str) -> None:
    response = client.get("/api/v1/matches/", {"cursor": urlsafe_base64_encode(content.encode())})

    assert response.status_code == 400
    assert list(response.json()["errors"]) == ["cursor"]


@pytest.mark.parametrize("kickoff", ["0001-01-01T00:00:00+00:00", "9999-12-31T23:59:59.999999+00:00"])
@pytest.mark.parametrize("way", ["<", ">"])
def test_a_cursor_at_the_ends_of_time_is_only_a_cursor(
    client: Client, make_matches: MakeMatches, way: str, kickoff: str
) -> None:
    make_matches(1)
    cursor = urlsafe_base64_encode(f"{way}{10**18 - 1}@{kickoff}".encode())

    assert client.get("/api/v1/matches/", {"cursor": cursor}).status_code == 200
