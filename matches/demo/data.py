"""What the demo is made of: seven leagues, their teams, and results.csv beside this file."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from importlib.resources import files

from matches.importers.leagues import BY_CODE, KnownLeague

FIRST_MONTH_OF_A_SEASON = 7
"""All seven leagues play from late summer to early summer."""


@dataclass(frozen=True, slots=True)
class DemoMatch:
    """A match as it was played, or was to be played, on its real day."""

    league: str
    day: date
    home: str
    """The code of a team in its country, as in teams.csv."""
    away: str
    home_goals: int | None
    away_goals: int | None
    awarded: bool

    @property
    def played(self) -> bool:
        return self.home_goals is not None

    @property
    def season(self) -> int:
        """The year in which its season starts. It stays the real one, however far the dates are moved."""
        return self.day.year if self.day.month >= FIRST_MONTH_OF_A_SEASON else self.day.year - 1


LEAGUES = tuple(BY_CODE[code] for code in ("at.1", "at.2", "de.1", "de.2", "en.1", "es.1", "it.1"))


def code(league: KnownLeague) -> str:
    """The demo's own code, beside that of the real league."""
    return f"demo.{league.code}"


def team_names() -> dict[tuple[str, str], str]:
    """Names of the teams by country and code."""
    return {(row["country"], row["code"]): row["name"] for row in _rows("teams.csv")}


def matches() -> list[DemoMatch]:
    """All matches of the demo, by league and day."""
    return [
        DemoMatch(
            league=row["league"],
            day=date.fromisoformat(row["date"]),
            home=row["home"],
            away=row["away"],
            home_goals=int(row["home_goals"]) if row["home_goals"] else None,
            away_goals=int(row["away_goals"]) if row["away_goals"] else None,
            awarded=row["status"] == "awarded",
        )
        for row in _rows("results.csv")
    ]


def _rows(name: str) -> Iterator[dict[str, str]]:
    text = files("matches.demo").joinpath(name).read_text(encoding="utf-8")
    yield from csv.DictReader(text.splitlines())
