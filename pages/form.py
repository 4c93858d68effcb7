"""How a team has done lately, in letters and in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, NamedTuple

from pages.times import day_in_words

LETTERS = {"won": "W", "drew": "D", "lost": "L"}


class Result(NamedTuple):
    word: str
    """"won", "drew" or "lost"."""
    date: str
    """As ISO 8601 writes it."""
    opponent: str
    at_home: bool
    score: str
    """The team's own goals first."""

    @property
    def letter(self) -> str:
        return LETTERS[self.word]

    @property
    def day(self) -> str:
        """In words, which lists of matches have no use for."""
        return _day(self.date)


class Meeting(NamedTuple):
    day: str
    home_team: str
    away_team: str
    score: str


def form(told: Iterable[Mapping[str, Any]], team: str) -> list[Result]:
    """Of an answer's `form`, from the side of one team, in the same order: the latest first."""
    return [_result(played, team) for played in told]


def meetings(told: Iterable[Mapping[str, Any]]) -> list[Meeting]:
    """Of an answer's `last_meetings`, in the same order: the latest first."""
    return [
        Meeting(_day(one["day"]), one["home_team"], one["away_team"], f"{one['home_goals']}–{one['away_goals']}")
        for one in told
    ]


def _result(played: Mapping[str, Any], team: str) -> Result:
    at_home = played["home_team"] == team
    own, other = ("home", "away") if at_home else ("away", "home")
    goals, conceded = played[f"{own}_goals"], played[f"{other}_goals"]
    word = "drew" if goals == conceded else "won" if goals > conceded else "lost"
    return Result(word, played["day"], played[f"{other}_team"], at_home, f"{goals}–{conceded}")


def _day(iso: str) -> str:
    return day_in_words(date.fromisoformat(iso))
