"""Small leagues for tests."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import permutations
from typing import Any

from matches.models import League, Match, Team
from matches.provenance import GROUPS

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


def shots(*counts: int | None) -> dict[str, int | None]:
    """Fields of a match: shots by home and away team, then those on target."""
    return dict(zip(GROUPS["shots"], counts, strict=True))


def odds(*prices: float | None) -> dict[str, float | None]:
    """Fields of a match: the odds of home, draw and away."""
    return dict(zip(GROUPS["odds"], prices, strict=True))


def season(
    league: League, number: int, teams: Sequence[Team], *, played: bool = True, known: bool = False
) -> list[Match]:
    """A double round robin, one match every second day from mid-August on, not saved; scores differ by season.

    `known`: with shots and odds, which are not those of the goals.
    """
    first = FIRST_DAY.replace(year=number)
    return [
        match(
            league,
            number,
            first + timedelta(days=2 * turn),
            home,
            away,
            ((turn * 7 + number) % 4, (turn * 5 + number) % 3) if played else None,
            **(_known(turn + number) if known else {}),
        )
        for turn, (home, away) in enumerate(permutations(teams, 2))
    ]


def _known(turn: int) -> dict[str, Any]:
    on_target = turn * 5 % 7, turn * 3 % 6
    return {
        **shots(on_target[0] + turn * 3 % 11, on_target[1] + turn * 7 % 10, *on_target),
        **odds(1.5 + turn * 7 % 23 / 8, 3.1 + turn * 5 % 9 / 10, 1.7 + turn * 11 % 29 / 8),
    }
