"""A small league with teams, aliases, results, fixtures and the ratings that follow from them."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from matches.models import League, Match, Team, TeamAlias
from matches.names import normalise

FIRST_DAY = datetime(2026, 8, 1, 14, tzinfo=UTC)


def a_league(code: str = "en.1") -> League:
    return League.objects.create(code=code, name=f"League {code}", country=code[:2], time_zone="Europe/London")


def a_team(name: str, country: str = "en") -> Team:
    team = Team.objects.create(name=name, country=country)
    TeamAlias.objects.create(team=team, name=f"The {name}", country=country, key=normalise(f"The {name}"))
    return team


def a_fixture(league: League, home: Team, away: Team, *, day: int = 0, **fields: object) -> Match:
    values = {"season": 2026, "kickoff": FIRST_DAY + timedelta(days=day), **fields}
    return Match.objects.create(league=league, home_team=home, away_team=away, **values)


def a_result(league: League, home: Team, away: Team, *, day: int = 0) -> Match:
    return a_fixture(league, home, away, day=day, status="finished", home_goals=2, away_goals=1)


@pytest.fixture
def grow() -> Callable[[int], None]:
    """Call it with n, and n leagues, each with teams of its own, aliases, results and fixtures, are added."""
    count = 0

    def add(leagues: int) -> None:
        nonlocal count
        for _ in range(leagues):
            count += 1
            league = a_league(f"en.{count}")
            home, away = a_team(f"Home {count}"), a_team(f"Away {count}")
            a_result(league, home, away)
            a_fixture(league, away, home, day=7)

    return add
