"""However the same football is imported: the snapshots are those of one import of all of it, to the last bit."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, timedelta
from itertools import groupby, permutations
from typing import Any

import pytest
from django.db import transaction

from matches.importers import SourceFile, import_files
from matches.models import LeagueSnapshot, Match, TeamSnapshot
from matches.ratings import Levels, Ratings
from tests.matches.importers.samples import csv_file
from tests.matches.ratings.oracle import assert_in_line

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]

HEADER = "Div,Date,HomeTeam,AwayTeam,FTHG,FTAG,HS,AS,HST,AST,AvgH,AvgD,AvgA"
DIVISIONS = ("E0", "D1")
SEASONS = (2010, 2011, 2012)
Rows = dict[tuple[Any, ...], tuple[Any, ...]]
Line = list[str]


def _lines(division: str, season: int) -> list[Line]:
    """A double round robin of five teams, two matches a day, of which one goes and one comes every year."""
    chance = random.Random(f"{division} {season}")
    teams = [f"{division} Town {letter}" for letter in "ABCDEFGH"[season - 2010 : season - 2005]]
    pairs = list(permutations(teams, 2))
    chance.shuffle(pairs)
    return [
        _line(division, date(season, 8, 14) + timedelta(days=7 * (n // 2)), *pair, chance)
        for n, pair in enumerate(pairs)
    ]


def _line(division: str, day: date, home: str, away: str, chance: random.Random) -> Line:
    on_target = chance.randint(0, 8), chance.randint(0, 6)
    shots = [str(on + chance.randint(0, 12)) for on in on_target] + [str(on) for on in on_target]
    odds = [f"{chance.uniform(low, 6):.2f}" for low in (1.2, 2.5, 1.4)]
    return [
        *(division, f"{day:%d/%m/%Y}", home, away, str(chance.randint(0, 4)), str(chance.randint(0, 3))),
        # Not of every match is all known, and of one season nothing but goals.
        *(shots if chance.random() < 0.8 and day.year != 2011 else [""] * 4),
        *(odds if chance.random() < 0.8 and day.year != 2011 else [""] * 3),
    ]


FOOTBALL = {(division, season): _lines(division, season) for division in DIVISIONS for season in SEASONS}


def _file(division: str, season: int, lines: list[Line]) -> SourceFile:
    name = f"{division}_{season % 100:02}{(season + 1) % 100:02}.csv"
    return csv_file(*map(",".join, lines), header=HEADER, name=name)


def _at_once() -> list[SourceFile]:
    return [_file(*which, lines) for which, lines in FOOTBALL.items()]


def _season_by_season() -> list[SourceFile]:
    return sorted(_at_once(), key=lambda file: file.name[-8:])


def _latest_season_first() -> list[SourceFile]:
    return _season_by_season()[::-1]


def _files_shuffled() -> list[SourceFile]:
    return random.Random(1).sample(_at_once(), len(FOOTBALL))


def _lines_shuffled() -> list[SourceFile]:
    chance = random.Random(2)
    return [_file(*which, chance.sample(lines, len(lines))) for which, lines in FOOTBALL.items()]


def _day_by_day() -> list[SourceFile]:
    return [
        _file(*which, list(of_day))
        for which, lines in FOOTBALL.items()
        for _, of_day in groupby(lines, key=lambda line: line[1])
    ]


def _days_shuffled() -> list[SourceFile]:
    days = _day_by_day()
    return random.Random(3).sample(days, len(days))


def _correcting(*columns: int) -> Callable[[], list[SourceFile]]:
    """All at once, but of one match of the first season these columns wrongly, and then rightly."""

    def files() -> list[SourceFile]:
        wrong = [*FOOTBALL["D1", 2010]]
        at = next(n for n, line in enumerate(wrong) if n > 4 and all(line))
        line = [*wrong[at]]
        for column in columns:
            line[column] = str(float(line[column]) + 3)
        wrong[at] = line
        return [_file("D1", 2010, wrong), *_at_once(), _file("D1", 2010, FOOTBALL["D1", 2010][at : at + 1])]

    return files


def _learning(columns: slice) -> Callable[[], list[SourceFile]]:
    """All at once without these columns, then with them."""

    def files() -> list[SourceFile]:
        without = {which: [[*line] for line in lines] for which, lines in FOOTBALL.items()}
        for lines in without.values():
            for line in lines:
                line[columns] = [""] * len(line[columns])
        return [*(_file(*which, lines) for which, lines in without.items()), *_files_shuffled()]

    return files


def _snapshots() -> Rows:
    """All of them, by league, season, day and team; two imports need not give a team the same id."""
    teams = TeamSnapshot.objects.values_list(
        "league__code", "season", "day", "team__name", "played", "promoted", *Ratings._fields
    )
    levels = LeagueSnapshot.objects.values_list("league__code", "season", "day", "season_start", *Levels._fields)
    return {row[:4]: row[4:] for row in teams} | {row[:3]: row[3:] for row in levels}


def _imported(files: list[SourceFile]) -> Rows:
    with transaction.atomic():
        for result in import_files(files):
            assert result.rejected == []
        assert Match.objects.count() == 6 * 20
        assert_in_line()
        rows = _snapshots()
        transaction.set_rollback(True)
    return rows


@pytest.mark.parametrize(
    "files",
    [
        pytest.param(_season_by_season, id="season by season"),
        pytest.param(_latest_season_first, id="latest season first"),
        pytest.param(_files_shuffled, id="files shuffled"),
        pytest.param(_lines_shuffled, id="lines shuffled"),
        pytest.param(_day_by_day, id="day by day"),
        pytest.param(_days_shuffled, id="days shuffled"),
        pytest.param(_correcting(4), id="goals corrected"),
        pytest.param(_correcting(6, 9), id="shots corrected"),
        pytest.param(_correcting(10, 11), id="odds corrected"),
        pytest.param(_learning(slice(6, 10)), id="shots later"),
        pytest.param(_learning(slice(10, 13)), id="odds later"),
    ],
)
def test_the_way_of_importing_does_not_show_in_a_single_bit(files: Callable[[], list[SourceFile]]) -> None:
    expected = _imported(_at_once())
    assert len([key for key in expected if len(key) == 3]) == 6 * (1 + 10)

    assert _imported(files()) == expected
