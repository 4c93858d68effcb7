"""How results.csv comes out of the publisher's package."""

import json
from pathlib import Path

import pytest

from matches.demo import build
from matches.demo.build import Row


def _season(*pairs: tuple[int, str, str]) -> list[Row]:
    return [Row("es.1", "2013-08-25", home, away, "1", "0", "", number) for number, home, away in pairs]


def test_a_season_is_read_as_it_stands(tmp_path: Path) -> None:
    match = {
        "date": "2015-08-08",
        "team1": {"key": "manutd", "name": "Manchester United", "code": "MUN"},
        "team2": {"key": "tottenham", "name": "Tottenham Hotspur", "code": "TOT"},
        "score1": 1,
        "score2": 0,
    }
    fixture = {**match, "date": "2015-11-21", "score1": None, "score2": None}
    path = tmp_path / "en.1.json"
    path.write_text(json.dumps({"name": "Premier League", "rounds": [{"matches": [match]}, {"matches": [fixture]}]}))
    assert build.read_season(path, {("en", "manutd"): "MUN", ("en", "tottenham"): "TOT"}) == [
        Row("en.1", "2015-08-08", "MUN", "TOT", "1", "0", "", 1),
        Row("en.1", "2015-11-21", "MUN", "TOT", "", "", "", 2),
    ]


def test_a_home_team_that_always_receives_the_same_one_gets_its_true_visitors() -> None:
    season = _season(
        (1, "BET", "SEV"), (1, "SEV", "ATH"),
        (2, "BET", "SEV"), (2, "SEV", "CEL"),
        (3, "BET", "SEV"), (3, "ATH", "CEL"),
        (4, "ATH", "BET"), (4, "CEL", "SEV"),
    )  # fmt: skip
    mended = {(row.round, row.home): row.away for row in build.mend_visitors(season)}
    assert [mended[number, "BET"] for number in (1, 2, 3)] == ["CEL", "ATH", "SEV"]


def test_the_return_match_tells_two_such_homes_of_one_round_apart() -> None:
    season = _season(
        (1, "BET", "SEV"), (1, "ESP", "BAR"), (1, "SEV", "BAR"),
        (2, "BET", "SEV"), (2, "ATH", "ESP"), (2, "CEL", "BAR"),
        (3, "BET", "SEV"), (3, "CEL", "ESP"), (3, "ATH", "BAR"),
        (4, "ESP", "BAR"), (4, "ATH", "SEV"), (4, "CEL", "BET"),
        (5, "ESP", "BAR"), (5, "BAR", "SEV"), (5, "CEL", "BET"),
        (20, "ATH", "BET"), (20, "CEL", "ESP"), (20, "BAR", "SEV"),
    )  # fmt: skip
    mended = {(row.round, row.home): row.away for row in build.mend_visitors(season)}
    assert (mended[1, "BET"], mended[1, "ESP"]) == ("ATH", "CEL")


def test_a_correction_replaces_one_match_and_one_without_a_date_adds_one() -> None:
    rows = [Row("en.1", "2014-05-03", "NEW", "CAR", "3", "1")]
    correction = {"league": "en.1", "home": "NEW", "away": "CAR", "status": "", "why": "result"}
    fixed = {**correction, "was": "2014-05-03", "date": "2014-05-03", "home_goals": "3", "away_goals": "0"}
    added = {**correction, "was": "", "date": "2014-02-01", "home_goals": "1", "away_goals": "1"}
    assert sorted(build.correct(rows, [fixed, added])) == [
        Row("en.1", "2014-02-01", "NEW", "CAR", "1", "1"),
        Row("en.1", "2014-05-03", "NEW", "CAR", "3", "0"),
    ]


def test_a_correction_that_fits_no_match_is_an_error() -> None:
    correction = dict.fromkeys(["home_goals", "away_goals", "status", "why"], "")
    correction |= {"league": "en.1", "was": "2014-05-03", "home": "NEW", "away": "CAR", "date": "2014-05-04"}
    with pytest.raises(KeyError):
        build.correct([], [correction])
