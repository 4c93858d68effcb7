"""Matches to ask for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from access import keys
from matches.models import League, Match, Team

KICKOFF = datetime(2031, 8, 2, 14, tzinfo=UTC)

MakeMatches = Callable[..., list[Match]]


@pytest.fixture
def league(db: None) -> League:
    return League.objects.create(
        code="en.1", name="Premier League", country="en", time_zone="Europe/London", shifted_weeks=830
    )


@pytest.fixture
def make_matches(league: League) -> MakeMatches:
    """`make_matches(3, every=timedelta(hours=1), …)`: so many scheduled matches, each of two teams of its own."""

    def make(count: int, *, every: timedelta = timedelta(0), **fields: Any) -> list[Match]:
        start = Team.objects.count()
        names = [f"Team {number}" for number in range(start, start + 2 * count)]
        teams = Team.objects.bulk_create([Team(name=name, country="en") for name in names])
        values: dict[str, Any] = {"league": league, "season": 2031, "kickoff": KICKOFF} | fields
        first = values.pop("kickoff")
        return Match.objects.bulk_create(
            Match(home_team=teams[2 * i], away_team=teams[2 * i + 1], kickoff=first + i * every, **values)
            for i in range(count)
        )

    return make


MakeClient = Callable[..., Client]


@pytest.fixture
def make_client(db: None) -> MakeClient:
    """`make_client("add_match", …)`: a client that sends the key of a user with these permissions."""

    def make(*permissions: str) -> Client:
        user = User.objects.create(username=f"user {User.objects.count()}")
        user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
        key = keys.create(name="a key", user=user)
        return Client(headers={"Authorization": f"Bearer {key.secret}"})

    return make


@pytest.fixture
def writer(make_client: MakeClient) -> Client:
    """Who may add matches and change them."""
    return make_client("add_match", "change_match")
