"""The command itself."""

import json
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone

from matches.models import League, Match

pytestmark = pytest.mark.django_db


def _run(*args: str) -> str:
    out = StringIO()
    call_command("load_demo", *args, stdout=out)
    return out.getvalue()


@pytest.mark.sqlite
def test_it_says_what_is_there_how_far_it_was_moved_and_when_it_goes_on() -> None:
    said = _run()
    first = Match.objects.scheduled().filter(kickoff__gt=timezone.now()).order_by("kickoff")[0]
    weeks = League.objects.values_list("shifted_weeks", flat=True)[0]
    assert said.startswith("7 leagues, 6073 matches played, 1369 to be played, the next on ")
    assert f"{first.day:%A, %d %B %Y}" in said
    assert f"all dates {weeks} weeks later than they were" in said
    assert "New: 7442 matches." in said
    assert "Nothing had to be changed." in _run()


def test_json_has_the_same_for_machines() -> None:
    report = json.loads(_run("--json"))
    assert report["leagues"] == 7
    assert report["created"] == 7442
    assert report["shifted_weeks"].keys() == set(League.objects.values_list("code", flat=True))


def test_remove_says_how_many_matches_went() -> None:
    assert _run("--remove") == "Removed 0 matches.\n"
    assert json.loads(_run("--remove", "--json")) == {"removed": 0}


def test_help_ends_with_an_example(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        call_command("load_demo", "--help")
    assert "Example:\n  manage.py load_demo\n" in capsys.readouterr().out
