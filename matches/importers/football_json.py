"""Reads football.json of openfootball, in both its forms. Times are those of the league's place.

The newer form is `{"name", "matches": [{"round", "date", "time", "team1", "team2", "score": {"ft"}, "status"}]}`, the
older `{"name", "rounds": [{"name", "matches": [{"date", "team1": {"name"}, "team2": {"name"}, "score1", "score2"}]}]}`.
Scores after extra time and penalties are left aside: what counts is the score after ninety minutes.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Iterator
from datetime import date
from pathlib import PurePath
from typing import Any, NamedTuple

from matches.importers import leagues, seasons, values
from matches.importers.records import InvalidRow, Reading, Record, Rejection, UnreadableFile
from matches.importers.sources import SourceFile
from matches.models import Match
from matches.models.match import MOST_GOALS

SOURCE = "openfootball"

# None: played or not follows from the score.
STATUSES = {
    "awarded": Match.Status.AWARDED,
    "cancelled": Match.Status.CANCELLED,
    "canceled": Match.Status.CANCELLED,
    "annulled": Match.Status.CANCELLED,
    "abandoned": Match.Status.CANCELLED,
    "postponed": Match.Status.POSTPONED,
    "suspended": Match.Status.POSTPONED,
    "scheduled": None,
    "finished": None,
    "": None,
}

_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_FILE_NAME = re.compile(r"(?P<league>.+?)(?:-full)?\.json", re.IGNORECASE)
_MATCHES = re.compile(r'"matches"\s*:\s*\[')
_BETWEEN = re.compile(r"[\s,]*")


class _Item(NamedTuple):
    line: int
    round: str
    match: Any


def read(file: SourceFile) -> Reading:
    """All matches of a file. Raises UnreadableFile when it is no such file, or of a league unknown to it."""
    document = _document(file)
    league = file.league or _league(file)
    items = list(_items(file.text(), document))
    if not items:
        raise UnreadableFile("has no matches")
    rejections: list[Rejection] = []
    days = seasons.repaired([_day_or_none(item) for item in items], [_round_number(item) for item in items])
    season = _season(file, league, str(document.get("name", "")), [day for day in days if day is not None])
    records = []
    for item, day in zip(items, days, strict=True):
        try:
            records.append(_record(item, league, season, day))
        except InvalidRow as error:
            rejections.append(Rejection(file.name, item.line, str(error)))
    return Reading(records, rejections)


def _document(file: SourceFile) -> dict[str, Any]:
    try:
        document = json.loads(file.text())
    except RecursionError:
        raise UnreadableFile("is JSON nested too deeply") from None
    except ValueError as error:
        raise UnreadableFile(f"is not JSON: {error}") from None
    if not isinstance(document, dict) or not ({"matches", "rounds"} & document.keys()):
        raise UnreadableFile('is JSON without "matches" or "rounds": not a football.json file')
    return document


def _league(file: SourceFile) -> str:
    found = _FILE_NAME.fullmatch(PurePath(file.name).name)
    if found is None:
        raise UnreadableFile("does not say its league: name it like en.1.json, or give the league with --league")
    return found["league"].lower()


def _items(text: str, document: dict[str, Any]) -> Iterator[_Item]:
    """Every match of both forms, with the line where it begins."""
    lines = _lines(text)
    rounds = document.get("rounds")
    for part in rounds if isinstance(rounds, list) else [document]:
        matches = part.get("matches") if isinstance(part, dict) else None
        if not isinstance(matches, list):
            raise UnreadableFile('has "matches" that are not a list')
        for match in matches:
            named = match.get("round") if isinstance(match, dict) and "round" in match else part.get("name")
            yield _Item(next(lines, 0), str(named or ""), match)


def _lines(text: str) -> Iterator[int]:
    """The line on which each element of each "matches" list begins, which the parser does not tell."""
    ends = [found.start() for found in re.finditer("\n", text)]
    decoder = json.JSONDecoder()
    for found in _MATCHES.finditer(text):
        position = found.end()
        while True:
            between = _BETWEEN.match(text, position)
            position = between.end() if between else position
            if text[position : position + 1] in ("]", ""):
                break
            yield bisect_right(ends, position) + 1
            _, position = decoder.raw_decode(text, position)


def _round_number(item: _Item) -> int | None:
    found = re.search(r"\d{1,3}", item.round)
    return int(found[0]) if found else None


def _season(file: SourceFile, league: str, title: str, days: list[date]) -> int:
    if not days:
        return 0  # of no match: each is rejected for its date
    folder = PurePath(file.name).parent.name
    claims = [file.season] if file.season else [*seasons.claimed_by_text(title), *seasons.claimed_by_text(folder)]
    return seasons.season_of(days, claims, in_one_year=leagues.in_one_year(league))


def _day_or_none(item: _Item) -> date | None:
    try:
        return _day(item.match)
    except InvalidRow:
        return None


def _day(match: Any) -> date:
    if not isinstance(match, dict):
        raise InvalidRow("is not a match")
    text = match.get("date")
    if (found := _DATE.fullmatch(text) if isinstance(text, str) else None) is None:
        raise values.invalid_date(text)
    return values.day_of_year(*(int(part) for part in found.groups()), written=text)


def _record(item: _Item, league: str, season: int, day: date | None) -> Record:
    match = item.match
    day = day or _day(match)
    seasons.check(day, season)
    status = _status(match)
    goals = _goals(match)
    if status == Match.Status.AWARDED and goals is None:
        raise InvalidRow("is awarded, but has no score")
    if status in (Match.Status.CANCELLED, Match.Status.POSTPONED):
        goals = None  # what had been played does not count
    return Record(
        source=SOURCE,
        line=item.line,
        league=league,
        season=season,
        home=_team(match.get("team1")),
        away=_team(match.get("team2")),
        day=day,
        time=values.time_of_day(match.get("time")),
        status=status,
        goals=goals,
    )


def _team(team: Any) -> str:
    return values.team_name(team.get("name") if isinstance(team, dict) else team)


def _status(match: dict[str, Any]) -> str | None:
    word = str(match.get("status") or "").strip().lower()
    if word not in STATUSES:
        raise InvalidRow(f"status {word!r} is not known")
    return STATUSES[word]


def _goals(match: dict[str, Any]) -> tuple[int, int] | None:
    score = match.get("score")
    if isinstance(score, dict):
        score = score.get("ft")
    if score is None:
        score = [match.get("score1"), match.get("score2")]
    if not isinstance(score, list) or len(score) != 2:
        raise InvalidRow(f"score {score!r} is not two numbers")
    if score == [None, None]:
        return None
    if None in score:
        raise InvalidRow("only one of the two scores is given")
    home, away = (values.whole_number(goals, what="score", most=MOST_GOALS) for goals in score)
    return home, away
