"""Made-up seasons in the format of football-data.co.uk, as large as real ones: results, shots, and odds of many."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

TEAMS = {"E0": 20, "SP1": 20, "I1": 20, "D1": 18, "F1": 20}
LAST_SEASON = 2022
PROMOTED = 3
BOOKMAKERS = ("B365", "BW", "IW", "PS", "WH", "VC", "Max", "Avg")
ODDS = [bookmaker + kind + outcome for kind in ("", "C") for bookmaker in BOOKMAKERS for outcome in "HDA"]
OTHERS = ("HTHG", "HTAG", "HTR", "Referee", "HF", "AF", "HC", "AC", "HY", "AY", "HR", "AR")
HEADER = [
    *("Div", "Date", "Time", "HomeTeam", "AwayTeam", "FTHG", "FTAG", "FTR", "HS", "AS", "HST", "AST"),
    *OTHERS,
    *ODDS,
]


def write(folder: Path, count: int) -> None:
    """Write `count` seasons of five leagues, a file each. The same ones every time."""
    for division, size in TEAMS.items():
        chance = random.Random(division)
        teams = [f"{division} Town {number}" for number in range(size)]
        for season in range(LAST_SEASON - count + 1, LAST_SEASON + 1):
            lines = [",".join(HEADER), *(",".join(row) for row in _rows(division, season, teams, chance))]
            name = f"{division}_{season % 100:02}{(season + 1) % 100:02}.csv"
            (folder / name).write_text("\n".join([*lines, ""]))
            teams = [*teams[PROMOTED:], *(f"{division} Town {season}{number}" for number in range(PROMOTED))]


def _rows(division: str, season: int, teams: list[str], chance: random.Random) -> Iterator[list[str]]:
    for number, pairs in enumerate(_rounds(teams)):
        for turn, (home, away) in enumerate(pairs):
            day = date(season, 8, 12) + timedelta(days=7 * number + 3 * turn // len(pairs))
            goals = min(9, int(chance.expovariate(0.5))), min(9, int(chance.expovariate(0.6)))
            on_target = goals[0] + chance.randint(0, 6), goals[1] + chance.randint(0, 5)
            shots = on_target[0] + chance.randint(1, 12), on_target[1] + chance.randint(1, 10), *on_target
            yield [
                *(division, f"{day:%d/%m/%Y}", "15:00", home, away, str(goals[0]), str(goals[1])),
                "H" if goals[0] > goals[1] else "A" if goals[0] < goals[1] else "D",
                *map(str, shots),
                *(str(chance.randint(0, 3)) for _ in OTHERS),
                *(f"{chance.uniform(low, 6.0):.2f}" for _ in range(len(ODDS) // 3) for low in (1.3, 2.8, 1.5)),
            ]


def _rounds(teams: list[str]) -> Iterator[list[tuple[str, str]]]:
    """Every team at home to every other, by the circle method: first one half of the season, then the other."""
    first, *others = teams
    half = len(teams) // 2
    for number in range(2 * len(others)):
        turned = [first, *others[number % len(others) :], *others[: number % len(others)]]
        pairs = list(zip(turned[:half], turned[: half - 1 : -1], strict=True))
        yield pairs if number < len(others) else [(away, home) for home, away in pairs]
