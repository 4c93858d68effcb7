"""An import with its ratings takes little more than its rows, and the bench's made-up seasons are whole."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from bench import importing, own_postgres, seasons
from matches.importers import find, open_file
from matches.importers.football_data import read

REPORT = {
    "matches": 35_632,
    "snapshots": 83_106,
    "import_seconds": 12.0,
    "bare_seconds": 4.0,
    "times": 3.0,
    "day_results": 50,
    "day_leagues": 5,
    "day_seconds": 0.12,
    "share": 0.01,
    "day_snapshots": 104,
    "day_replaced": 4,
    "share_judged": True,
}


@pytest.mark.slow
def test_an_import_and_a_match_day_take_no_longer_than_promised(capsys: pytest.CaptureFixture[str]) -> None:
    code = importing.main(["--json"])
    report = json.loads(capsys.readouterr().out)

    assert report["matches"] == 20 * 1826 - 50
    assert report["day_results"] == 50
    assert report["times"] <= importing.MOST_TIMES
    assert report["share"] <= importing.MOST_SHARE
    assert report["day_snapshots"] - report["day_replaced"] == 100
    assert code == 0


def test_made_up_seasons_are_double_round_robins_of_which_all_is_known(tmp_path: Path) -> None:
    seasons.write(tmp_path, 2)
    files = [open_file(path) for path in find([tmp_path])]

    assert len(files) == 10
    for file in files:
        reading = read(file)
        assert reading.rejections == []
        at_home = Counter(record.home for record in reading.records)
        assert set(at_home.values()) == {len(at_home) - 1}
        assert len({(record.home, record.away) for record in reading.records}) == len(reading.records)
        assert (
            max(
                Counter(
                    (record.day, team) for record in reading.records for team in (record.home, record.away)
                ).values()
            )
            == 1
        )
        assert all(record.shots and record.odds and record.goals for record in reading.records)


def test_three_teams_go_and_three_come_every_season(tmp_path: Path) -> None:
    seasons.write(tmp_path, 2)
    first, second = ({record.home for record in read(open_file(tmp_path / name)).records} for name in FILES)

    assert len(first - second) == len(second - first) == 3


FILES = ("E0_2122.csv", "E0_2223.csv")


def test_the_table_says_what_took_how_long() -> None:
    lines = importing.table(REPORT).splitlines()

    assert lines[0] == "bulk_create of 35,632 matches: 4.00 s"
    assert lines[1] == "Import, and 83,106 ratings: 12.00 s, 3.00 times that (at most 6)"
    assert lines[2].startswith("50 results more, in 5 files: 0.120 s, 1/100 of the import (at most 1/50);")


def test_the_match_day_is_judged_from_30_000_matches_on() -> None:
    slow_day = REPORT | {"share": 0.03}

    assert importing.is_as_promised(REPORT)
    assert not importing.is_as_promised(slow_day)
    assert importing.is_as_promised(slow_day | {"share_judged": False})
    assert not importing.is_as_promised(REPORT | {"times": 6.1, "share_judged": False})


def test_the_table_says_that_the_match_day_was_not_judged() -> None:
    line = importing.table(REPORT | {"matches": 9080, "share_judged": False}).splitlines()[2]

    assert "1/100 of the import (not judged: with fewer than 30,000 matches the import is too short" in line


@pytest.mark.parametrize(("matches", "code"), [(29_999, 0), (30_000, 1)])
def test_its_json_is_a_line_and_says_whether_the_match_day_was_judged(
    matches: int, code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The measuring itself takes a minute; these are its figures."""
    measured = REPORT | {"matches": matches, "day_seconds": 0.36}
    monkeypatch.setattr(own_postgres, "run", lambda module, **options: dict(measured))

    assert importing.main(["--json"]) == code
    out = capsys.readouterr().out
    assert out.endswith("}\n")
    assert json.loads(out)["share_judged"] is bool(code)


def test_help_shows_an_example(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        importing.main(["--help"])
    assert "Example: python -m bench.importing" in capsys.readouterr().out
