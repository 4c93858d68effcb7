"""What a schema can't say: which requests make sense.

schemathesis makes up requests that are in order as far as the schema goes, and expects that they are accepted. That a
team does not play against itself no schema says; so before such a request is sent it is made to make sense. What is
made up to be out of order stays as it is.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import count, permutations
from typing import Any
from urllib.parse import parse_qs, urlsplit

import schemathesis
from schemathesis import Case, HookContext, Response

DECIDED = ("finished", "awarded")
FIRST_SEASON = 2040


@dataclass(frozen=True, slots=True)
class Known:
    """What there is on the server, by which questions and changes can be meant."""

    league: str
    country: str
    season: int
    teams: list[int]
    matches: list[int]
    """Fixtures that nobody changes."""
    spare: list[int]
    """Matches that may be changed."""
    versions: list[str]
    home: list[str]
    """Names of the home team of one fixture."""
    away: list[str]
    date: str
    """The day of that fixture."""
    shifted_weeks: int
    """Of the league."""
    bindings: dict[str, list[Any]] = field(init=False)
    """By parameter: the values that it should often have, since nobody guesses an id."""

    def __post_init__(self) -> None:
        values = {
            "path.match_id": self.matches,
            "path.team_id": self.teams,
            "path.code": [self.league],
            "path.version": self.versions,
            "query.league": [self.league],
            "query.country": [self.country],
            "query.season": [self.season],
            "query.team": self.teams,
            "query.home": self.home,
            "query.away": self.away,
            "query.date": [self.date],
            "body.match_ids[*]": self.matches,
        }
        object.__setattr__(self, "bindings", values)


class Sense:
    """Hooks of schemathesis that make requests make sense."""

    def __init__(self, known: Known) -> None:
        self._known = known
        self._numbers = count()
        self._pairs = list(permutations(known.teams, 2))
        self._cursors: dict[str, str] = {}

    def register(self) -> None:
        @schemathesis.hook
        def map_case(context: HookContext, case: Case[Any]) -> Case[Any]:
            if case.meta is not None and case.meta.generation.mode.is_positive:
                self._make_sense(case)
            return case

        @schemathesis.hook
        def after_call(context: HookContext, case: Case[Any], response: Response) -> None:
            self._note_cursor(case.operation.label, response)

    def _make_sense(self, case: Case[Any]) -> None:
        if isinstance(case.query, dict):
            self._page(case.operation.label, case.query)
            _names_of_letters(case.query)
            _date_in_our_time(case.query)
            self._two_teams(case.query, what_if="what-if" in case.path)
        if isinstance(case.body, dict):
            body: Any = _whole(case.body)
            case.body = body
            if case.path.startswith("/api/v1/matches/"):
                case.body = self._match(body, new=case.method == "POST")

    def _note_cursor(self, label: str, response: Response) -> None:
        """Where another page begins."""
        for link in response.headers.get("link", []):
            for cursor in parse_qs(urlsplit(link.lstrip("<").split(">")[0]).query).get("cursor", []):
                self._cursors[label] = cursor

    def _page(self, label: str, query: dict[str, Any]) -> None:
        """A cursor is one that the server gave, or there is none."""
        if query.pop("cursor", None) is not None and label in self._cursors:
            query["cursor"] = self._cursors[label]

    def _two_teams(self, query: dict[str, Any], *, what_if: bool) -> None:
        if "home" not in query or "away" not in query:
            return
        if "league" in query:
            query["league"] = self._known.league
        if query["home"] == query["away"]:
            query["away"] = self._known.away[0]
        if what_if and "date" in query:
            # Before that day they have ratings, and it is not too far ahead.
            query["date"] = self._known.date

    def _match(self, body: dict[str, Any], *, new: bool) -> dict[str, Any]:
        number = next(self._numbers)
        season, pair = divmod(number, len(self._pairs))
        home, away = self._pairs[pair]
        season += FIRST_SEASON
        meant = {
            "league": self._known.league,
            "home_team": home,
            "away_team": away,
            "season": season,
            "kickoff": f"{date(season, 9, 1 + number % 28) + timedelta(weeks=self._known.shifted_weeks)}T15:00:00Z",
        }
        if {"home_team", "away_team"} & body.keys():
            body |= {"home_team": home, "away_team": away}
        if {"season", "kickoff"} & body.keys():
            body |= {"season": season, "kickoff": meant["kickoff"]}
        body |= {name: value for name, value in meant.items() if new or name in body}
        scored, status = body.get("score") is not None, body.get("status")
        if scored or status in DECIDED:
            body["status"] = status if status in DECIDED else "finished"
            body["score"] = body.get("score") or {"home": 2, "away": 1}
        elif {"score", "status"} & body.keys():
            body |= {"score": None, "status": status or "scheduled"}
        return body


def _names_of_letters(query: dict[str, Any]) -> None:
    for name in ("name", "home", "away"):
        if name in query and not any(map(str.isalnum, query[name])):
            query[name] = f"a{query[name]}"[:100]


def _date_in_our_time(query: dict[str, Any]) -> None:
    """Dates are in years from which, or for which, there can be matches."""
    for name, value in query.items():
        if name.startswith("date") and value and not 1850 < int(value[:4]) < 2200:
            query[name] = f"2024{value[4:]}"


def _whole(value: Any) -> Any:
    """With 25 for 25.0, which a schema takes for a whole number, too."""
    if isinstance(value, dict):
        return {name: _whole(member) for name, member in value.items()}
    if isinstance(value, list):
        return [_whole(member) for member in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value
