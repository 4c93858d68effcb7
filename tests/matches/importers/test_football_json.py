"""Files of openfootball, in both forms."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from matches.importers import SourceFile
from matches.importers.football_json import read
from matches.importers.records import Record, UnreadableFile
from tests.matches.importers.samples import json_file, json_match, old_json_file, old_json_match


def only(file: SourceFile) -> Record:
    reading = read(file)
    assert reading.rejections == []
    [record] = reading.records
    return record


def test_a_match_of_the_newer_form_is_read() -> None:
    record = only(json_file(json_match("Arsenal FC", "Chelsea FC", "2014-08-16", [2, 1], time="17:30")))
    assert record == Record(
        source="openfootball",
        line=4,
        league="en.1",
        season=2014,
        home="Arsenal FC",
        away="Chelsea FC",
        day=date(2014, 8, 16),
        time=time(17, 30),
        goals=(2, 1),
    )


def test_matches_of_the_older_form_are_read() -> None:
    played = old_json_match("Arsenal", "Chelsea", "2014-08-16", 2, 1)
    fixture = old_json_match("Chelsea", "Arsenal", "2015-04-25")
    reading = read(old_json_file([played], [fixture]))
    assert [(record.home, record.away, record.goals) for record in reading.records] == [
        ("Arsenal", "Chelsea", (2, 1)),
        ("Chelsea", "Arsenal", None),
    ]
    assert reading.rejections == []


def test_times_are_those_of_the_leagues_place() -> None:
    match = json_match("UD Almería", "Espanyol", "2014-08-23", [1, 1], time="23:00")
    kickoff = only(json_file(match, name="2014-15/es.1.json")).kickoff(ZoneInfo("Europe/Madrid"))
    assert kickoff == (datetime(2014, 8, 23, 21, 0, tzinfo=UTC), date(2014, 8, 23), True)


def test_what_counts_is_the_score_after_ninety_minutes() -> None:
    match = json_match("A", "B", "2014-08-16")
    match["score"] = {"ht": [0, 0], "ft": [1, 1], "et": [2, 2], "p": [4, 3]}
    assert only(json_file(match)).goals == (1, 1)


@pytest.mark.parametrize("score", [{}, None, {"ft": [None, None]}])
def test_without_a_score_it_is_a_fixture(score: Any) -> None:
    record = only(json_file(json_match("A", "B", "2014-08-16") | {"score": score}))
    assert (record.goals, record.status) == (None, None)


@pytest.mark.parametrize(
    ("word", "status"),
    [("cancelled", "cancelled"), ("CANCELED", "cancelled"), ("postponed", "postponed"), ("abandoned", "cancelled")],
)
def test_a_match_that_was_not_played_has_no_score(word: str, status: str) -> None:
    record = only(json_file(json_match("A", "B", "2014-08-16", [1, 0], status=word)))
    assert (record.status, record.goals) == (status, None)


def test_an_awarded_match_keeps_its_score() -> None:
    record = only(json_file(json_match("A", "B", "2014-08-16", [3, 0], status="awarded")))
    assert (record.status, record.goals) == ("awarded", (3, 0))


def test_full_files_are_of_the_same_league() -> None:
    assert only(json_file(json_match("A", "B", "2014-08-16"), name="2014-15/de.1-full.json")).league == "de.1"


def test_the_folder_says_the_season_where_dates_alone_would_not() -> None:
    match = json_match("A", "B", "2020-07-26", [1, 0])
    assert only(json_file(match, name="2019-20/en.1.json", title="Premier League")).season == 2019


def test_a_folder_dated_a_season_early_is_not_believed() -> None:
    matches = [json_match("A", "B", f"2014-{month:02}-01", [1, 0]) for month in range(8, 13)]
    reading = read(json_file(*matches, name="2013-14/en.1.json", title="Premier League 2013/14"))
    assert {record.season for record in reading.records} == {2014}


def test_the_end_of_a_season_dated_a_year_early_is_put_right() -> None:
    weeks = [date(2019, 8, 9) + timedelta(weeks=week) for week in range(42)]
    matches = [
        json_match(f"A{number}", "B", str(day), [1, 0], round=f"Matchday {number}")
        for number, day in enumerate(weeks, start=1)
    ]
    late = json_match("Leeds", "Derby", "2019-07-22", [1, 0], round="Matchday 46")
    reading = read(json_file(*matches, late, name="2019-20/en.2.json", title="Championship 2019/20"))
    assert reading.records[-1].day == date(2020, 7, 22)
    assert [record.day for record in reading.records[:-1]] == weeks


@pytest.mark.parametrize(
    ("match", "reason"),
    [
        (json_match("A", "B", "2014-08-16", ["x", 1]), "score 'x' is not a whole number"),
        (json_match("A", "B", "2014-08-16", [float("nan"), 1]), "score nan is not a whole number"),
        (json_match("A", "B", "2014-08-16", [1]), "score [1] is not two numbers"),
        (json_match("A", "B", "2014-08-16", [1, None]), "only one of the two scores is given"),
        (json_match("A", "B", "1066-10-14", [1, 0]), "date 1066-10-14 is before 1850"),
        (json_match("A", "B", "yesterday", [1, 0]), "date 'yesterday' is not a date"),
        (json_match("A", "B", "2014-08-16", [1, 0]) | {"date": None}, "the date is missing"),
        (json_match("A", "B", "2014-08-16", [1, 0], time="noon"), "time 'noon' is not a time of day"),
        (json_match("A", "B", "2014-08-16", status="awarded"), "is awarded, but has no score"),
        (json_match("A", "B", "2014-08-16", status="won"), "status 'won' is not known"),
        (json_match({"key": "a"}, "B", "2014-08-16"), "a team has no name"),
        (json_match("A\0", "B", "2014-08-16"), "characters that can't be printed"),
        ("A beat B", "is not a match"),
    ],
)
def test_a_match_that_cannot_be_believed_is_named_and_the_others_are_read(match: Any, reason: str) -> None:
    good = [json_match("A", "B", f"2014-09-0{day}", [1, 0]) for day in range(1, 4)]
    reading = read(json_file(good[0], match, *good[1:]))
    assert len(reading.records) == 3
    [rejection] = reading.rejections
    assert reason in rejection.reason


def test_a_rejection_names_the_line_where_the_match_begins() -> None:
    text = '{"name": "x", "rounds": [\n{"name": "1", "matches": [\n{"date": 1},\n\n{"date": 2}, {"date": 3}]},\n'
    text += '{"name": "2", "matches": []}, {"name": "3", "matches": [{"date": 4}\n]}]}'
    reading = read(SourceFile("en.1.json", text.encode()))
    assert [(rejection.line, rejection.reason[:6]) for rejection in reading.rejections] == [
        (3, "date 1"),
        (5, "date 2"),
        (5, "date 3"),
        (6, "date 4"),
    ]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{"name": "x", "matches": [{"date": "2014-08', "is not JSON"),
        ("[1, 2]", 'without "matches" or "rounds"'),
        ('{"clubs": []}', 'without "matches" or "rounds"'),
        ('{"matches": []}', "has no matches"),
        ('{"matches": {"a": 1}}', 'has "matches" that are not a list'),
        ('{"rounds": [7]}', 'has "matches" that are not a list'),
        ("[" * 100_000, "is JSON nested too deeply"),
    ],
)
def test_a_file_that_is_something_else_is_refused(text: str, reason: str) -> None:
    with pytest.raises(UnreadableFile, match=reason):
        read(SourceFile("en.1.json", text.encode()))


def test_a_file_that_does_not_say_its_league_is_refused() -> None:
    with pytest.raises(UnreadableFile, match="--league"):
        read(json_file(json_match("A", "B", "2014-08-16"), name="results.txt"))
