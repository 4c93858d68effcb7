"""Writes results.csv anew from the publisher's package: `python -m matches.demo.build FOLDER`.

FOLDER is the unpacked npm package football.json 1.0.0 (`npm pack football.json@1.0.0`, then `tar xzf`). Two things are
mended on the way. Everything that corrections.csv lists: wrong results, postponed matches that kept their first date,
matches left out. And visitors that the publisher read out of the home team's own name: it took "Betis Sevilla" and
"Espanyol Barcelona" for two teams, so that in some seasons these two meet nobody else at home.
"""

from __future__ import annotations

import csv
import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

HERE = Path(__file__).resolve().parent
ROUNDS_UNTIL_RETURN = 19
"""In Spain, and in these seasons, a round's matches are all returned this many rounds later."""


class Row(NamedTuple):
    """A match as results.csv has it, all text, and the number of its round."""

    league: str
    date: str
    home: str
    away: str
    home_goals: str
    away_goals: str
    status: str = ""
    round: int = 0


COLUMNS = Row._fields[:-1]


def read_season(path: Path, codes: dict[tuple[str, str], str]) -> list[Row]:
    """The matches of one of the publisher's files, such as 2014-15/en.1.json, as they stand there."""
    league = path.name.removesuffix(".json")
    country = league.split(".")[0]

    def goals(score: int | None) -> str:
        return "" if score is None else str(score)

    def row(match: dict[str, Any], number: int) -> Row:
        home, away = (codes[country, match[side]["key"]] for side in ("team1", "team2"))
        return Row(league, match["date"], home, away, goals(match["score1"]), goals(match["score2"]), "", number)

    rounds = json.loads(path.read_text(encoding="utf-8"))["rounds"]
    return [row(match, number) for number, what in enumerate(rounds, 1) for match in what["matches"]]


def mend_visitors(season: list[Row]) -> list[Row]:
    """Find the true visitors of every home team that seems to receive the same one all season.

    They are whoever else is missing from that round; where several are, the one to whom the return match goes.
    """
    meetings = Counter((row.home, row.away) for row in season)
    homes_of = Counter(row.home for row in season)
    wrong = [row for row in season if 2 < meetings[row.home, row.away] == homes_of[row.home]]
    sound = [row for row in season if row not in wrong]
    everyone = set(homes_of)
    return sound + [row._replace(away=_visitors(row, wrong, sound, everyone)) for row in wrong]


def _visitors(row: Row, wrong: list[Row], sound: list[Row], everyone: set[str]) -> str:
    present = {team for other in sound if other.round == row.round for team in (other.home, other.away)}
    missing = everyone - present - {other.home for other in wrong if other.round == row.round}
    if len(missing) > 1:
        missing &= {
            other.home
            for other in sound
            if other.away == row.home and abs(other.round - row.round) == ROUNDS_UNTIL_RETURN
        }
    (visitors,) = missing
    return visitors


def correct(rows: list[Row], corrections: list[dict[str, str]]) -> list[Row]:
    """Apply corrections.csv. One without a date in `was` adds a match. Raises KeyError for one that fits no match."""
    corrected = {(row.league, row.date, row.home, row.away): row for row in rows}
    for entry in corrections:
        row = Row._make([*(entry[column] for column in COLUMNS), 0])
        if entry["was"]:
            del corrected[row.league, entry["was"], row.home, row.away]
        corrected[row.league, row.date, row.home, row.away] = row
    return list(corrected.values())


def build(package: Path) -> list[Row]:
    """All matches of the package, mended, in the order in which results.csv has them."""
    teams = csv.DictReader((HERE / "teams.csv").read_text(encoding="utf-8").splitlines())
    codes = {(team["country"], team["key"]): team["code"] for team in teams}
    files = sorted(path for path in package.glob("20??-??/*.json") if not path.name.endswith(".clubs.json"))
    rows = [row for path in files for row in mend_visitors(read_season(path, codes))]
    corrections = csv.DictReader((HERE / "corrections.csv").read_text(encoding="utf-8").splitlines())
    return sorted(correct(rows, list(corrections)), key=lambda row: (row.league, row.date, row.home))


def main() -> None:
    """Write results.csv beside this file."""
    if len(sys.argv) != 2 or not any(Path(sys.argv[1]).glob("20??-??/*.json")):
        raise SystemExit(__doc__)
    # Before the file is opened: what can't be built leaves the old one as it is.
    rows = build(Path(sys.argv[1]))
    with (HERE / "results.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(row[: len(COLUMNS)] for row in rows)


if __name__ == "__main__":
    main()
