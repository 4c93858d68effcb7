"""Reads the CSV files of football-data.co.uk: results with shots and odds, and fixtures.

Every line is read on its own, so that a stray quotation mark spoils one line and not the rest of the file. Columns
come and go between seasons and are found by name. All times are British, whatever the league.
"""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import PurePath
from zoneinfo import ZoneInfo

from matches.importers import leagues, seasons, values
from matches.importers.records import InvalidRow, Odds, Reading, Record, Rejection, Shots, UnreadableFile
from matches.importers.sources import SourceFile
from matches.models.match import MOST_GOALS

SOURCE = "football-data"
CLOCK = ZoneInfo("Europe/London")

# The odds nearest to kickoff: closing ones, then those of the days before, which are all that older seasons have. Of
# each kind the market's average, else a low-margin bookmaker's, else a large one's.
ODDS = ("AvgC", "PSC", "B365C", "Avg", "BbAv", "PS", "B365")

_DATE = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4}|\d{2})")
_OTHER_HEADERS = {"HT": "HomeTeam", "AT": "AwayTeam", "HG": "FTHG", "AG": "FTAG"}
_HEADERS_NEEDED = ("Date", "HomeTeam", "AwayTeam")
_SHOTS = ("HS", "AS", "HST", "AST")
_ODDS = tuple(tuple(bookmaker + outcome for outcome in "HDA") for bookmaker in ODDS)
# Of the hundred and more columns of a file.
_HEADERS_READ = frozenset(
    ("Div", "Time", "FTHG", "FTAG", "FTR", *_HEADERS_NEEDED, *_SHOTS, *(name for names in _ODDS for name in names))
)

Row = Mapping[str, str]


def is_header(line: str) -> bool:
    """Whether this first line is that of such a file."""
    return all(name in _header(line) for name in _HEADERS_NEEDED)


def read(file: SourceFile) -> Reading:
    """All matches of a file. Raises UnreadableFile when it has none."""
    rejections: list[Rejection] = []
    rows: list[tuple[int, str, Row]] = []
    for line, row in _rows(file, rejections):
        try:
            rows.append((line, _league(file, row), row))
        except InvalidRow as error:
            rejections.append(Rejection(file.name, line, str(error)))
    season = _seasons(file, rows)
    records = []
    for line, league, row in rows:
        try:
            records.append(_record(line, league, season, row))
        except InvalidRow as error:
            rejections.append(Rejection(file.name, line, str(error)))
    if not records and not rejections:
        raise UnreadableFile("has no matches, only a header")
    return Reading(records, rejections)


def _rows(file: SourceFile, rejections: list[Rejection]) -> Iterator[tuple[int, Row]]:
    """The lines that say something, with their numbers, counted from 1."""
    header, *lines = file.text().replace("\r\n", "\n").replace("\r", "\n").split("\n")
    names = {name: at for name, at in _header(header).items() if name in _HEADERS_READ}
    for line, text in enumerate(lines, start=2):
        try:
            cells = next(csv.reader([text], strict=True), [])
        except csv.Error as error:
            rejections.append(Rejection(file.name, line, f"is not CSV: {error}"))
            continue
        row = {name: cells[at].strip() for name, at in names.items() if at < len(cells)}
        if any(row.get(name) for name in (*_HEADERS_NEEDED, "FTHG", "FTAG")):
            yield line, row


def _header(line: str) -> dict[str, int]:
    """Column names and where they are; the first of two that are named alike."""
    names: dict[str, int] = {}
    for at, cell in enumerate(line.replace('"', "").split(",")):
        names.setdefault(cell.strip(), at)
    for other, name in _OTHER_HEADERS.items():
        if name not in names and other in names:
            names[name] = names.pop(other)
    return names


def _league(file: SourceFile, row: Row) -> str:
    if file.league:
        return file.league
    division = row.get("Div") or PurePath(file.name).stem.split("_")[0]
    if (league := leagues.BY_DIVISION.get(division)) is None:
        raise InvalidRow(f"division {division!r} is not known")
    return league.code


def _seasons(file: SourceFile, rows: list[tuple[int, str, Row]]) -> dict[str, int]:
    """The season of each league in the file, by all of its dates."""
    days: dict[str, list[date]] = defaultdict(list)
    for _, league, row in rows:
        try:
            day = _day(row)
        except InvalidRow:
            continue  # rejected when the row itself is read
        days[league].append(day)
    claims = [file.season] if file.season else seasons.claimed_by_code(file.name)
    return {
        league: seasons.season_of(dates, claims, in_one_year=leagues.in_one_year(league))
        for league, dates in days.items()
    }


def _day(row: Row) -> date:
    text = row.get("Date", "")
    if (found := _DATE.fullmatch(text)) is None:
        raise values.invalid_date(text)
    day, month, year = (int(part) for part in found.groups())
    if len(found[3]) == 2:
        year += 1900 if year >= 50 else 2000
    return values.day_of_year(year, month, day, written=text)


def _record(line: int, league: str, season: Mapping[str, int], row: Row) -> Record:
    day = _day(row)
    seasons.check(day, season[league])
    time = values.time_of_day(row.get("Time"))
    return Record(
        source=SOURCE,
        line=line,
        league=league,
        season=season[league],
        home=values.team_name(row.get("HomeTeam")),
        away=values.team_name(row.get("AwayTeam")),
        day=day,
        time=time,
        clock=CLOCK if time else None,
        goals=_goals(row),
        shots=_shots(row),
        odds=_odds(row),
    )


def _goals(row: Row) -> tuple[int, int] | None:
    home, away = row.get("FTHG", ""), row.get("FTAG", "")
    if not home and not away:
        return None
    if not home or not away:
        raise InvalidRow("only one of the two scores is given")
    goals = (
        values.whole_number(home, what="score", most=MOST_GOALS),
        values.whole_number(away, what="score", most=MOST_GOALS),
    )
    result = "H" if goals[0] > goals[1] else "A" if goals[0] < goals[1] else "D"
    if (stated := row.get("FTR") or result) != result:
        raise InvalidRow(f"result {stated!r} does not agree with the score {goals[0]}–{goals[1]}")
    return goals


def _shots(row: Row) -> Shots | None:
    shots = Shots(
        *(
            values.whole_number(row[name], what="shots", most=values.MOST_SHOTS) if row.get(name) else None
            for name in _SHOTS
        )
    )
    return shots if any(count is not None for count in shots) else None


def _odds(row: Row) -> Odds | None:
    """The first that can be believed. Raises InvalidRow if odds are given and none can."""
    doubt: InvalidRow | None = None
    for names in _ODDS:
        cells = [cell for name in names if (cell := row.get(name))]
        if len(cells) == len(names):
            try:
                return Odds(*map(values.odds, cells))
            except InvalidRow as error:
                doubt = doubt or error
    if doubt is not None:
        raise doubt
    return None
