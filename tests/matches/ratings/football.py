"""Small leagues for tests."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import permutations
from typing import Any

from matches.models import League, Match, Team

FIRST_DAY = date(2010, 8, 14)


def make_league(code: str = "en.1", **fields: Any) -> League:
    return League.objects.create(**{"code": code, "name": code, "country": "en", **fields})


def make_teams(*names: str) -> list[Team]:
    return [Team.objects.create(name=name, country="en") for name in names]


def match(
    league: League, season: int, day: date, home: Team, away: Team, score: tuple[int, int] | None = None, **fields: Any
) -> Match:
    """A match at noon UTC, not saved; finished if it has a score."""
    if score is not None:
        fields = {"status": Match.Status.FINISHED, "home_goals": score[0], "away_goals": score[1], **fields}
    kickoff = datetime.combine(day, time(12), tzinfo=UTC)
    return Match(league=league, season=season, kickoff=kickoff, home_team=home, away_team=away, **fields)


def season(league: League, number: int, teams: Sequence[Team], *, played: bool = True) -> list[Match]:
    """A double round robin, one match every second day from mid-August on, not saved; scores differ by season."""
    first = FIRST_DAY.replace(year=number)
    return [
        match(
            league,
            number,
            first + timedelta(days=2 * turn),
            home,
            away,
            ((turn * 7 + number) % 4, (turn * 5 + number) % 3) if played else None,
        )
        for turn, (home, away) in enumerate(permutations(teams, 2))
    ]
