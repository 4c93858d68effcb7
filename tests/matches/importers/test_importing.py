"""One file on its way into the database."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, connection
from django.test.utils import CaptureQueriesContext

from matches.importers import ImportResult, SourceFile, import_file, import_files
from matches.models import League, Match, Team, TeamSnapshot
from matches.signals import matches_changed
from tests.matches.importers.samples import csv_file, json_file, json_match

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]

ARSENAL_CHELSEA = "E0,16/08/14,,Arsenal,Chelsea,2,1,H"
CHELSEA_ARSENAL = "E0,21/03/15,,Chelsea,Arsenal,0,0,D"


def counts(result: ImportResult) -> tuple[int, int, int, int]:
    return result.new, result.updated, result.unchanged, len(result.rejected)


def test_a_file_becomes_league_teams_and_matches() -> None:
    result = import_file(csv_file(ARSENAL_CHELSEA, CHELSEA_ARSENAL))
    assert counts(result) == (2, 0, 0, 0)
    assert result.new_teams == ["Arsenal", "Chelsea"]
    league = League.objects.get()
    assert (league.code, league.time_zone, league.cache_ttl) == ("en.1", "Europe/London", 21600)
    match = Match.objects.with_names().earliest("kickoff")
    assert (match.home_team.name, match.away_team.name) == ("Arsenal", "Chelsea")
    assert (match.season, match.day, match.status) == (2014, date(2014, 8, 16), "finished")
    assert (match.home_goals, match.away_goals) == (2, 1)


def test_importing_again_changes_nothing() -> None:
    file = csv_file(ARSENAL_CHELSEA, CHELSEA_ARSENAL)
    import_file(file)
    before = list(Match.objects.values().order_by("id"))
    assert counts(import_file(file)) == (0, 0, 2, 0)
    assert list(Match.objects.values().order_by("id")) == before


def test_importing_again_writes_nothing() -> None:
    file = csv_file(ARSENAL_CHELSEA, CHELSEA_ARSENAL)
    import_file(file)
    with CaptureQueriesContext(connection) as queries:
        import_file(file)
    written = [query["sql"] for query in queries if query["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]
    assert written == []


def test_a_late_import_fills_in_the_result() -> None:
    import_file(csv_file("E0,16/08/14,15:00,Arsenal,Chelsea,,,"))
    fixture = Match.objects.get()
    assert fixture.status == "scheduled"
    assert counts(import_file(csv_file("E0,16/08/14,15:00,Arsenal,Chelsea,2,1,H"))) == (0, 1, 0, 0)
    fixture.refresh_from_db()
    assert (fixture.status, fixture.home_goals) == ("finished", 2)


def test_ratings_follow_a_result_once() -> None:
    sent: list[Any] = []

    def listen(changes: Any, **kwargs: Any) -> None:
        sent.extend(changes)

    matches_changed.connect(listen)
    try:
        import_file(csv_file(ARSENAL_CHELSEA, CHELSEA_ARSENAL))
    finally:
        matches_changed.disconnect(listen)
    assert len(sent) == 1
    assert TeamSnapshot.objects.filter(day=date(2014, 8, 16), team__name="Arsenal").exists()


def test_a_fixture_moved_to_another_day_is_not_doubled() -> None:
    import_file(csv_file("E0,16/08/14,,Arsenal,Chelsea,,,", CHELSEA_ARSENAL))
    moved = csv_file("E0,18/11/14,,Arsenal,Chelsea,,,", CHELSEA_ARSENAL)
    assert counts(import_file(moved)) == (0, 1, 1, 0)
    assert Match.objects.earliest("day").day == date(2014, 11, 18)


def test_a_source_corrects_its_own_score() -> None:
    import_file(csv_file(ARSENAL_CHELSEA))
    assert counts(import_file(csv_file("E0,16/08/14,,Arsenal,Chelsea,2,2,D"))) == (0, 1, 0, 0)
    assert Match.objects.get().away_goals == 2


def test_two_meetings_at_one_home_are_two_matches() -> None:
    file = json_file(
        json_match("SV Ried", "RB Salzburg", "2014-08-16", [1, 1]),
        json_match("SV Ried", "RB Salzburg", "2015-03-07", [1, 1]),
        name="2014-15/at.1.json",
        title="Bundesliga 2014/15",
    )
    assert counts(import_file(file)) == (2, 0, 0, 0)
    assert counts(import_file(file)) == (0, 0, 2, 0)


def test_a_bad_line_is_rejected_and_the_others_are_imported() -> None:
    result = import_file(csv_file(ARSENAL_CHELSEA, "E0,16/08/14,,Everton,Fulham,x,1,H", CHELSEA_ARSENAL))
    assert counts(result) == (2, 0, 0, 1)
    assert str(result.rejected[0]) == "E0_1415.csv:3: score 'x' is not a whole number"


@pytest.mark.parametrize("other", ["Chelsea", "chelsea FC"])
def test_a_team_against_itself_is_rejected(other: str) -> None:
    result = import_file(csv_file(ARSENAL_CHELSEA, f"E0,16/08/14,,Chelsea,{other},1,0,H"))
    assert [rejection.reason for rejection in result.rejected] == ["Chelsea against itself"]


def test_a_team_is_found_against_itself_under_another_name() -> None:
    result = import_file(csv_file("E0,16/08/14,,Man United,Manchester United,1,0,H"))
    assert [rejection.reason for rejection in result.rejected] == ["Man United against itself"]
    assert not Team.objects.exists()


def test_a_line_that_stands_twice_counts_once() -> None:
    assert counts(import_file(csv_file(ARSENAL_CHELSEA, ARSENAL_CHELSEA))) == (1, 0, 1, 0)


def test_a_line_that_contradicts_an_earlier_one_is_rejected() -> None:
    result = import_file(csv_file(ARSENAL_CHELSEA, "E0,16/08/14,,Arsenal,Chelsea,2,2,D"))
    assert counts(result) == (1, 0, 0, 1)
    assert result.rejected[0].reason == "contradicts line 2, which has the same match"
    assert Match.objects.get().away_goals == 1


def test_rejections_come_in_the_order_of_the_file() -> None:
    result = import_file(csv_file("E0,16/08/14,,Chelsea,Chelsea,1,0,H", "E0,x,,A,B,1,0,H", "E0,16/08/14,,C,C,1,0,H"))
    assert [rejection.line for rejection in result.rejected] == [2, 3, 4]


def test_an_unknown_league_is_rejected_until_somebody_adds_it() -> None:
    file = json_file(json_match("A", "B", "2014-08-16", [1, 0]), name="2014-15/xx.1.json", title="2014/15")
    result = import_file(file)
    assert "league 'xx.1' is not known" in result.rejected[0].reason
    League.objects.create(code="xx.1", name="Theirs", country="xx")
    assert counts(import_file(file)) == (1, 0, 0, 0)


def test_days_are_those_of_the_leagues_own_time_zone() -> None:
    League.objects.create(code="en.1", name="The League, abroad", country="en", time_zone="Asia/Tokyo")
    import_file(csv_file("E0,16/08/14,20:00,Arsenal,Chelsea,2,1,H"))
    match = Match.objects.get()
    assert (match.kickoff, match.day) == (datetime(2014, 8, 16, 19, 0, tzinfo=UTC), date(2014, 8, 17))


def test_a_file_with_leagues_of_two_countries_keeps_their_teams_apart() -> None:
    lines = ["E0,16/08/14,,Arsenal,Chelsea,,,", "SC0,16/08/14,,Celtic,Dundee,,,"]
    assert counts(import_file(csv_file(*lines, name="fixtures.csv"))) == (2, 0, 0, 0)
    assert set(Team.objects.values_list("country", "name")) == {
        ("en", "Arsenal"), ("en", "Chelsea"), ("sco", "Celtic"), ("sco", "Dundee"),
    }  # fmt: skip


def test_what_was_entered_by_hand_is_kept() -> None:
    import_file(csv_file(ARSENAL_CHELSEA))
    Match.objects.update(away_goals=0, provenance={"result": "admin"})
    import_file(csv_file(ARSENAL_CHELSEA))
    assert Match.objects.get().away_goals == 0


@pytest.mark.parametrize("content", [b"", b"%PDF-1.4", b'{"matches": [{"date": "2014', b"Date,HomeTeam,AwayTeam\n"])
def test_a_broken_file_is_rejected_by_name(content: bytes) -> None:
    result = import_file(SourceFile("broken.csv", content, "en.1"))
    [rejection] = result.rejected
    assert (rejection.file, rejection.line) == ("broken.csv", None)
    assert counts(result) == (0, 0, 0, 1)
    assert not League.objects.exists()


def test_a_file_that_cannot_be_opened_is_rejected_by_name(tmp_path: Path) -> None:
    result = import_file(tmp_path / "gone.csv")
    assert "gone.csv: can't be read" in str(result.rejected[0])


def test_a_failure_on_the_way_leaves_nothing_of_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    import_file(csv_file(ARSENAL_CHELSEA))

    def fail(*args: Any, **kwargs: Any) -> None:
        raise DatabaseError("the disk is full")

    matches_changed.connect(fail)
    try:
        with pytest.raises(DatabaseError):
            import_file(csv_file("E1,16/08/14,,Leeds,Derby,1,0,H", name="E1_1415.csv"))
    finally:
        matches_changed.disconnect(fail)
    assert [match.league.code for match in Match.objects.select_related("league")] == ["en.1"]
    assert not Team.objects.filter(name="Leeds United").exists()
    assert not League.objects.filter(code="en.2").exists()


def test_a_dry_run_tells_the_same_and_keeps_nothing() -> None:
    files = [csv_file("E0,16/08/14,,Arsenal,Chelsea,,,"), csv_file(ARSENAL_CHELSEA)]
    dry = [counts(result) for result in import_files(files, dry_run=True)]
    assert not Match.objects.exists()
    assert not Team.objects.exists()
    assert dry == [counts(result) for result in import_files(files)] == [(1, 0, 0, 0), (0, 1, 0, 0)]


def test_results_add_up() -> None:
    first, second = import_files([csv_file(ARSENAL_CHELSEA), csv_file(ARSENAL_CHELSEA, "E0,x,,A,B,1,0,H")])
    total = first + second
    assert counts(total) == (1, 0, 1, 1)
    assert total.new_teams == ["Arsenal", "Chelsea"]
