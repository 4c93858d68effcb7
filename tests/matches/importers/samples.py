"""Small files in the publishers' formats."""

from __future__ import annotations

import json
from datetime import date
from datetime import time as time_of_day
from typing import Any

from matches.importers import SourceFile
from matches.importers.records import Record

HEADER = "Div,Date,Time,HomeTeam,AwayTeam,FTHG,FTAG,FTR,HS,AS,HST,AST,PSCH,PSCD,PSCA"


def csv_file(*lines: str, header: str = HEADER, name: str = "E0_1415.csv", league: str | None = None) -> SourceFile:
    """A file of football-data.co.uk. Lines begin with the division."""
    return SourceFile(name, "\n".join([header, *lines, ""]).encode(), league)


def json_match(home: Any, away: Any, day: str, score: Any = None, **more: Any) -> dict[str, Any]:
    """A match of the newer form; `score` is that after ninety minutes."""
    match = {"round": "Matchday 1", "date": day, "team1": home, "team2": away, **more}
    return match if score is None else match | {"score": {"ft": score}}


def json_file(
    *matches: Any, name: str = "2014-15/en.1.json", title: str = "English Premier League 2014/15"
) -> SourceFile:
    """A file of openfootball in the newer form."""
    return SourceFile(name, json.dumps({"name": title, "matches": matches}, indent=2).encode())


def old_json_file(*rounds: list[dict[str, Any]], name: str = "2014-15/en.1.json") -> SourceFile:
    """A file of openfootball in the older form."""
    named = [{"name": f"Matchday {number}", "matches": matches} for number, matches in enumerate(rounds, start=1)]
    document = {"name": "English Premier League 2014/15", "rounds": named}
    return SourceFile(name, json.dumps(document, indent=2).encode())


def old_json_match(home: str, away: str, day: str, home_goals: Any = None, away_goals: Any = None) -> dict[str, Any]:
    """A match of the older form."""
    teams = {"team1": {"key": home.lower(), "name": home, "code": None}, "team2": {"key": away.lower(), "name": away}}
    return {"date": day, **teams, "score1": home_goals, "score2": away_goals}


def record(day: str, *, time: str | None = None, **more: Any) -> Record:
    """A statement about Arsenal against Chelsea."""
    stated: dict[str, Any] = {"source": "openfootball", "line": 1, "league": "en.1", "season": 2014}
    stated |= {"home": "Arsenal", "away": "Chelsea", "day": date.fromisoformat(day)}
    return Record(**stated | {"time": time_of_day.fromisoformat(time) if time else None} | more)
