"""CSV files of football-data.co.uk."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from matches.importers import SourceFile
from matches.importers.football_data import read
from matches.importers.records import Odds, Record, Shots, UnreadableFile
from tests.matches.importers.samples import HEADER, csv_file


def only(file: SourceFile) -> Record:
    reading = read(file)
    assert reading.rejections == []
    [record] = reading.records
    return record


def reasons(file: SourceFile) -> list[tuple[int | None, str]]:
    return [(rejection.line, rejection.reason) for rejection in read(file).rejections]


def test_a_line_is_read_with_all_that_is_used_of_it() -> None:
    record = only(csv_file("E0,16/08/2014,12:45,Man United,Swansea,1,2,A,14,5,5,4,1.36,5.1,9.5"))
    assert record == Record(
        source="football-data",
        line=2,
        league="en.1",
        season=2014,
        home="Man United",
        away="Swansea",
        day=date(2014, 8, 16),
        time=time(12, 45),
        clock=ZoneInfo("Europe/London"),
        goals=(1, 2),
        shots=Shots(14, 5, 5, 4),
        odds=Odds(1.36, 5.1, 9.5),
    )


@pytest.mark.parametrize("written", ["16/08/14", "16/08/2014", "16-08-2014", "16.8.14"])
def test_dates_have_two_forms_and_more(written: str) -> None:
    assert only(csv_file(f"E0,{written},,Arsenal,Chelsea,1,1,D")).day == date(2014, 8, 16)


def test_two_digits_from_50_on_are_the_last_century() -> None:
    assert only(csv_file("E0,14/08/93,,Arsenal,Chelsea,1,1,D", name="E0.csv")).season == 1993


def test_times_are_british_in_every_league() -> None:
    record = only(csv_file("SP1,23/08/2014,22:00,Almeria,Espanol,1,1,D", name="SP1_1415.csv"))
    kickoff = record.kickoff(ZoneInfo("Europe/Madrid"))
    assert kickoff.at == datetime(2014, 8, 23, 21, 0, tzinfo=UTC)
    assert kickoff.day == date(2014, 8, 23)


def test_an_evening_in_britain_is_the_next_day_further_east() -> None:
    record = only(csv_file("T1,23/08/2016,22:30,Besiktas,Galatasaray,1,1,D", name="T1.csv"))
    assert record.kickoff(ZoneInfo("Europe/Istanbul")).day == date(2016, 8, 24)


def test_without_a_time_it_is_noon_at_the_leagues_place() -> None:
    kickoff = only(csv_file("SP1,23/08/2014,,Almeria,Espanol,1,1,D")).kickoff(ZoneInfo("Europe/Madrid"))
    assert kickoff == (datetime(2014, 8, 23, 10, 0, tzinfo=UTC), date(2014, 8, 23), False)


def test_scores_may_have_a_point() -> None:
    assert only(csv_file("E0,16/08/14,,Arsenal,Chelsea,2.0,0.0,H,12.0,3.0,,")).goals == (2, 0)


def test_a_line_without_a_score_is_a_fixture() -> None:
    record = only(csv_file("E0,16/08/14,15:00,Arsenal,Chelsea,,,"))
    assert record.goals is None
    assert record.shots is None


def test_columns_come_and_go() -> None:
    header = "Div,Date,HomeTeam,AwayTeam,FTHG,FTAG,Referee,Unnamed__7,AvgCH,AvgCD,AvgCA"
    record = only(csv_file("E0,16/08/14,Arsenal,Chelsea,1,0,M Dean,,2.1,3.4,3.6", header=header))
    assert record.goals == (1, 0)
    assert record.shots is None
    assert record.odds == Odds(2.1, 3.4, 3.6)


def test_of_two_columns_named_alike_the_first_counts() -> None:
    header = "Div,Date,HomeTeam,AwayTeam,FTHG,FTAG,FTHG"
    assert only(csv_file("E0,16/08/14,Arsenal,Chelsea,1,0,7", header=header)).goals == (1, 0)


def test_the_markets_average_comes_before_a_bookmakers_odds() -> None:
    header = "Div,Date,HomeTeam,AwayTeam,FTHG,FTAG,PSCH,PSCD,PSCA,AvgCH,AvgCD,AvgCA"
    record = only(csv_file("E0,16/08/14,Arsenal,Chelsea,1,0,2.2,3.5,3.7,2.1,3.4,3.6", header=header))
    assert record.odds == Odds(2.1, 3.4, 3.6)


def test_odds_that_are_not_all_there_are_left_out() -> None:
    assert only(csv_file("E0,16/08/14,,Arsenal,Chelsea,1,0,H,,,,,2.2,,3.7")).odds is None


def test_odds_before_the_match_are_taken_where_there_are_no_closing_ones() -> None:
    header = "Div,Date,HomeTeam,AwayTeam,B365H,B365D,B365A,BbAvH,BbAvD,BbAvA,PSCH,PSCD,PSCA"
    line = "E0,16/08/14,Arsenal,Chelsea,2.2,3.5,3.7,2.1,3.4,3.6"

    assert only(csv_file(f"{line},2.0,3.3,3.9", header=header)).odds == Odds(2.0, 3.3, 3.9)
    assert only(csv_file(f"{line},,,", header=header)).odds == Odds(2.1, 3.4, 3.6)
    assert only(csv_file("E0,16/08/14,Arsenal,Chelsea,2.2,3.5,3.7", header=header)).odds == Odds(2.2, 3.5, 3.7)


def test_a_fixture_has_the_odds_that_are_known_by_now() -> None:
    header = "Div,Date,Time,HomeTeam,AwayTeam,AvgH,AvgD,AvgA"
    fixture = only(csv_file("E0,16/08/14,15:00,Arsenal,Chelsea,2.1,3.4,3.6", header=header))

    assert fixture.goals is None
    assert fixture.odds == Odds(2.1, 3.4, 3.6)


@pytest.mark.parametrize("cell", ["0", "-", "1", "#REF!"])
def test_odds_that_are_none_give_way_to_those_of_the_next_bookmaker(cell: str) -> None:
    header = "Div,Date,HomeTeam,AwayTeam,AvgH,AvgD,AvgA,B365H,B365D,B365A"
    record = only(csv_file(f"E0,16/08/14,Arsenal,Chelsea,{cell},3.4,3.6,2.2,3.5,3.7", header=header))

    assert record.odds == Odds(2.2, 3.5, 3.7)


def test_blank_lines_are_nothing() -> None:
    reading = read(csv_file("E0,16/08/14,,Arsenal,Chelsea,1,0,H", ",,,,,,,", "", "E0,,,,,,,", "  , ,"))
    assert len(reading.records) == 1
    assert reading.rejections == []


def test_a_line_longer_than_the_header_is_read_all_the_same() -> None:
    assert only(csv_file(f"E0,16/08/14,,Arsenal,Chelsea,1,0,H{',9' * 30}")).goals == (1, 0)


@pytest.mark.parametrize("ending", ["\r\n", "\r", "\n"])
def test_lines_end_in_every_way(ending: str) -> None:
    text = ending.join([HEADER, "E0,16/08/14,,Arsenal,Chelsea,1,0,H", ""])
    assert only(SourceFile("E0.csv", text.encode())).line == 2


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_names_come_out_right_in_every_encoding(encoding: str) -> None:
    text = f"{HEADER}\nSP1,16/08/14,,Málaga,Cádiz,1,0,H\n"
    record = only(SourceFile("results.csv", text.encode(encoding)))
    assert (record.league, record.home, record.away) == ("es.1", "Málaga", "Cádiz")


def test_the_season_is_that_of_the_whole_file() -> None:
    header = "Div,Date,HomeTeam,AwayTeam,FTHG,FTAG"
    days = ["09/08/2019", "10/11/2019", "08/03/2020", "26/07/2020"]
    teams = ["Leeds,Derby", "Derby,Leeds", "Fulham,Leeds", "Leeds,Fulham"]
    lines = [f"E1,{day},{pair},1,0" for day, pair in zip(days, teams, strict=True)]
    assert {record.season for record in read(csv_file(*lines, header=header, name="E1.csv")).records} == {2019}


def test_a_file_with_many_divisions_is_read_whole() -> None:
    reading = read(csv_file("E0,16/08/14,,Arsenal,Chelsea,,,", "SC0,16/08/14,,Celtic,Dundee,,,", name="fixtures.csv"))
    assert [record.league for record in reading.records] == ["en.1", "sco.1"]


def test_the_league_can_be_given() -> None:
    assert only(csv_file("??,16/08/14,,Arsenal,Chelsea,1,0,H", league="en.4")).league == "en.4"


def test_the_file_name_says_the_division_when_the_lines_do_not() -> None:
    header = "Date,HomeTeam,AwayTeam,FTHG,FTAG"
    assert only(csv_file("16/08/14,Arsenal,Chelsea,1,0", header=header, name="x/E0_1415.csv")).league == "en.1"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("E0,16/08/14,,Arsenal,Chelsea,x,0,H", "score 'x' is not a whole number"),
        ("E0,16/08/14,,Arsenal,Chelsea,100,0,H", "score '100' is above 99"),
        ("E0,16/08/14,,Arsenal,Chelsea,1,,", "only one of the two scores is given"),
        ("E0,16/08/14,,Arsenal,Chelsea,1,0,A", "result 'A' does not agree with the score 1–0"),
        ("E0,14/10/1066,,Arsenal,Chelsea,1,0,H", "date 1066-10-14 is before 1850"),
        ("E0,16/08/2051,,Arsenal,Chelsea,1,0,H", "date 2051-08-16 is not in the season that starts in 2014"),
        ("E0,31/02/15,,Arsenal,Chelsea,1,0,H", "date '31/02/15' is not in the calendar"),
        ("E0,Saturday,,Arsenal,Chelsea,1,0,H", "date 'Saturday' is not a date"),
        ("E0,,,Arsenal,Chelsea,1,0,H", "the date is missing"),
        ("E0,16/08/14,late,Arsenal,Chelsea,1,0,H", "time 'late' is not a time of day"),
        ("E0,16/08/14,,Arsenal,,1,0,H", "a team has no name"),
        ("E0,16/08/14,,Arsenal,Chelsea,1,0,H,99999", "shots '99999' is above 999"),
        ("E0,16/08/14,,Arsenal,Chelsea,1,0,H,,,,,nan,3,3", "odds 'nan' are not a number"),
        ("XX,16/08/14,,Arsenal,Chelsea,1,0,H", "division 'XX' is not known"),
        ('E0,16/08/14,,"Arsenal,Chelsea,1,0,H', "is not CSV"),
    ],
)
def test_a_line_that_cannot_be_believed_is_named_and_the_others_are_read(line: str, reason: str) -> None:
    good = "E0,23/08/14,,Everton,Fulham,1,0,H"
    file = csv_file(good, line, good.replace("23", "24"), good.replace("23", "25"))
    [(number, given)] = reasons(file)
    assert number == 3
    assert reason in given
    assert len(read(file).records) == 3


def test_a_file_with_nothing_but_a_header_is_refused() -> None:
    with pytest.raises(UnreadableFile, match="has no matches"):
        read(csv_file())
