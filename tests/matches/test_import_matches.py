"""manage.py import_matches."""

import json
import os
import pty
import sys
import termios
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from pytest_django import Settings

from matches.management.commands.import_matches import Command
from matches.models import Match
from tests.matches.importers.samples import csv_file, json_file, json_match
from tests.matches.importers.test_download import Publisher, send

pytestmark = pytest.mark.django_db

GOOD = "E0,16/08/14,,Arsenal,Chelsea,2,1,H"
BAD = "E0,23/08/14,,Chelsea,Everton,x,1,H"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with one good file."""
    (tmp_path / "E0_1415.csv").write_bytes(csv_file(GOOD).content)
    return tmp_path


def run(*arguments: Any) -> str:
    out = StringIO()
    call_command("import_matches", *map(str, arguments), stdout=out)
    return out.getvalue()


def failing(*arguments: Any) -> tuple[int, str, str]:
    """Exit status, message, and what was printed before it."""
    out = StringIO()
    with pytest.raises(CommandError) as raised:
        call_command("import_matches", *map(str, arguments), stdout=out)
    return raised.value.returncode, str(raised.value), out.getvalue()


def test_a_folder_is_imported_file_by_file(folder: Path) -> None:
    (folder / "2014-15").mkdir()
    (folder / "2014-15" / "at.1.json").write_bytes(json_file(json_match("SV Ried", "LASK", "2014-08-16")).content)
    out = run(folder)
    assert f"{folder}/E0_1415.csv: 1 new, 0 updated, 0 unchanged, 0 rejected" in out
    assert f"{folder}/2014-15/at.1.json: 1 new" in out
    assert "Total: 2 new, 0 updated, 0 unchanged, 0 rejected" in out
    assert "New teams: Arsenal, Chelsea, LASK, SV Ried" in out


def test_a_second_import_says_that_nothing_changed(folder: Path) -> None:
    run(folder)
    out = run(folder)
    assert "Total: 0 new, 0 updated, 1 unchanged, 0 rejected" in out
    assert "New teams" not in out


def test_a_file_name_that_is_no_text_is_printed_with_escapes(folder: Path) -> None:
    """As a terminal wants it, which takes UTF-8 and obeys control characters."""
    named = folder / os.fsdecode(b"E0_\xff\x1b[2J.csv")
    (folder / "E0_1415.csv").rename(named)
    for out in (run(folder), run(folder, "--json")):
        assert "\x1b" not in out
        assert out.encode()
    assert json.loads(run(folder, "--json"))["files"][0]["file"] == str(named)


def test_rejected_rows_are_printed_and_end_in_1(folder: Path) -> None:
    (folder / "E0_1415.csv").write_bytes(csv_file(GOOD, BAD).content)
    status, message, out = failing(folder)
    assert (status, message) == (1, "1 rejected.")
    assert f"{folder}/E0_1415.csv:3: score 'x' is not a whole number" in out
    assert Match.objects.count() == 1


def test_a_file_of_another_kind_is_rejected_and_the_others_are_imported(folder: Path) -> None:
    (folder / "report.pdf").write_bytes(b"%PDF-1.7")
    status, _, out = failing(folder, folder / "report.pdf")
    assert status == 1
    assert "report.pdf: is a PDF, neither CSV nor JSON" in out
    assert Match.objects.count() == 1


def test_of_very_many_rejections_the_first_are_printed(folder: Path) -> None:
    (folder / "E0_1415.csv").write_bytes(csv_file(GOOD, *[BAD] * 30).content)
    _, message, out = failing(folder)
    assert message == "30 rejected."
    assert out.count("is not a whole number") == 20
    assert "… and 10 more; --json has all" in out


def test_a_dry_run_keeps_nothing(folder: Path) -> None:
    assert "Dry run, nothing was kept: 1 new" in run(folder, "--dry-run")
    assert not Match.objects.exists()


def test_json_has_everything(folder: Path) -> None:
    (folder / "E0_1415.csv").write_bytes(csv_file(GOOD, BAD).content)
    status, _, out = failing(folder, "--json")
    file = str(folder / "E0_1415.csv")
    assert status == 1
    assert json.loads(out) == {
        "dry_run": False,
        "new": 1,
        "updated": 0,
        "unchanged": 0,
        "rejected": [{"file": file, "line": 3, "reason": "score 'x' is not a whole number"}],
        "new_teams": ["Arsenal", "Chelsea"],
        "files": [{"file": file, "new": 1, "updated": 0, "unchanged": 0, "rejected": 1}],
    }


def test_the_league_of_a_file_can_be_given(folder: Path) -> None:
    run(folder, "--league", "en.4")
    assert Match.objects.get().league.code == "en.4"


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ([], "Nothing to import"),
        (["/nowhere/at-all.csv"], "/nowhere/at-all.csv is not there."),
        (["--league", "xx.9", "."], "No league has the code 'xx.9'."),
        (["--download", "xx.9", "2022/23"], "no publisher is known for league 'xx.9'"),
        (["--download", "en.1", "last"], "'last' is no season such as 2022/23."),
        (["--download", "en.1", "2022/23"], "can't be reached"),
    ],
)
def test_what_cannot_run_ends_in_2(arguments: list[str], reason: str, settings: Settings) -> None:
    settings.FOOTBALL_DATA_URL = "http://127.0.0.1:1"
    status, message, out = failing(*arguments)
    assert (status, out) == (2, "")
    assert reason in message


def test_a_folder_without_files_of_matches_ends_in_2(tmp_path: Path) -> None:
    assert failing(tmp_path)[:2] == (2, "There is no CSV or JSON file below the folders named.")


def test_a_database_that_refuses_ends_in_2(folder: Path) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE matches_match RENAME TO somewhere_else")
    status, message, _ = failing(folder)
    assert status == 2
    assert "The database refused" in message


def test_a_download_is_imported(settings: Settings) -> None:
    publisher = Publisher()
    try:
        settings.FOOTBALL_DATA_URL = settings.OPENFOOTBALL_URL = publisher.url
        publisher.answer = lambda handler: send(handler, csv_file(GOOD).content)
        assert "Total: 1 new" in run("--download", "en.1", "2014/15")
        fixture = json_match("Chelsea FC", "Arsenal FC", "2015-04-25")
        publisher.answer = lambda handler: send(handler, json_file(fixture).content)
        assert "Total: 1 new" in run("--download", "en.1", "2014-15", "--publisher", "openfootball")
    finally:
        publisher.close()
    assert publisher.asked == ["/1415/E0.csv", "/2014-15/en.1.json"]
    assert Match.objects.filter(season=2014, league__code="en.1").count() == 2


def test_wrong_options_end_in_2(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as raised:
        Command().run_from_argv(["manage.py", "import_matches", "--no-such-option"])
    assert raised.value.code == 2
    assert "--no-such-option" in capsys.readouterr().err


def test_help_has_examples_and_tells_the_exit_status() -> None:
    text = Command().create_parser("manage.py", "import_matches").format_help()
    assert "manage.py import_matches --download en.1 2022/23 --download de.1 2022/23" in text
    assert "exit status:\n  0  " in text


def test_the_bar_is_shown_on_a_terminal_only(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    master, slave = pty.openpty()
    termios.tcsetwinsize(slave, (24, 80))
    os.set_blocking(master, False)
    try:
        with os.fdopen(slave, "w") as terminal:
            monkeypatch.setattr(sys, "stderr", terminal)
            run(folder)
            shown = os.read(master, 10_000).decode()
    finally:
        os.close(master)
    assert "file" in shown
    quiet = StringIO()
    monkeypatch.setattr(sys, "stderr", quiet)
    run(folder)
    assert quiet.getvalue() == ""
