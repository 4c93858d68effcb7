"""Several who write the same match at the same time."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from matches.models import League, Match
from tests.matches.api.conftest import MakeClient, MakeMatches
from tests.matches.ratings.football import make_teams

pytestmark = pytest.mark.django_db(transaction=True)

WRITERS = 4


def at_once(ask: Callable[[int], Any]) -> list[int]:
    """The statuses that as many threads got, in order."""
    together = Barrier(WRITERS)

    def run(number: int) -> int:
        try:
            together.wait(timeout=10)
            return int(ask(number).status_code)
        finally:
            connection.close()

    with ThreadPoolExecutor(WRITERS) as threads:
        return sorted(threads.map(run, range(WRITERS)))


@pytest.fixture
def league(db: None) -> League:
    return League.objects.create(code="en.1", name="Premier League", country="en", time_zone="Europe/London")


@pytest.fixture
def clients(make_client: MakeClient) -> list[Client]:
    return [make_client("add_match", "change_match") for _ in range(WRITERS)]


def test_of_those_who_have_read_the_same_one_writes(clients: list[Client], make_matches: MakeMatches) -> None:
    [match] = make_matches(1)
    address = f"/api/v1/matches/{match.pk}/"
    etag = clients[0].get(address).headers["ETag"]

    def score(number: int) -> Any:
        body = json.dumps({"score": {"home": number, "away": 0}})
        return clients[number].patch(address, body, content_type="application/json", headers={"If-Match": etag})

    assert at_once(score) == [200, 412, 412, 412]


def test_of_those_who_add_the_same_one_does(clients: list[Client], league: League) -> None:
    home, away = make_teams("United", "City")
    body = json.dumps({"league": "en.1", "kickoff": "2031-08-02T14:00:00Z", "home_team": home.pk, "away_team": away.pk})

    def add(number: int) -> Any:
        return clients[number].post("/api/v1/matches/", body, content_type="application/json")

    assert at_once(add) == [201, 409, 409, 409]
    assert Match.objects.count() == 1
