"""The steps before the first request, and what is said when one fails."""

from __future__ import annotations

from pathlib import Path

import pytest

from predictor_site.run import preparation
from predictor_site.run.errors import RunError
from predictor_site.run.preparation import Step
from tests.predictor_site.processes import environment, output, started

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]

QUIET = Step("Migrating again", ("migrate", "--no-input", "--verbosity=0"))
BAD = Step("Migrating nothing", ("migrate", "no_such_app", "--verbosity=0"))


def test_each_step_is_said_with_its_seconds(capsys: pytest.CaptureFixture[str]) -> None:
    preparation.run([QUIET, QUIET])
    said = capsys.readouterr().out.splitlines()
    assert len(said) == 2
    assert all(line.split()[:2] == ["Migrating", "again"] and line.endswith(" s") for line in said)


def test_of_what_a_command_prints_only_the_outcome_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    preparation.run([Step("Looking at the migrations", ("showmigrations", "contenttypes"))])
    said = capsys.readouterr().out.splitlines()
    assert said[1:] == ["     [X] 0002_remove_content_type_name"]


def test_a_step_that_is_needed_ends_the_run_in_one_line() -> None:
    with pytest.raises(RunError, match=r"^migrate: No installed app with label 'no_such_app'$"):
        preparation.run([BAD, QUIET])


def test_the_run_goes_on_without_a_step_that_is_not_needed(capsys: pytest.CaptureFixture[str]) -> None:
    preparation.run([Step(BAD.label, BAD.command, needed=False), QUIET])
    out, err = capsys.readouterr()
    assert "Migrating again" in out
    assert err.endswith("Going on without.\n")


def test_an_error_that_nobody_foresaw_is_shown_whole(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(RunError, match=r"^collectstatic failed: ImproperlyConfigured\.$"):
        preparation.run([Step("Collecting files into no folder", ("collectstatic", "--no-input"))])
    assert "Traceback" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"DATABASE_URL": "postgres://nobody:secret@127.0.0.1:1/none"}, "The database does not answer: "),
        (
            {"DATABASE_URL": "sqlite:////no/such/folder/file"},
            "The database does not answer: unable to open database file",
        ),
        ({"DATABASE_URL": "nonsense"}, "The settings are not right: DATABASE_URL is no address of a database, like "),
        ({"REDIS_URL": "redis://:secret@127.0.0.1:1/0"}, "Redis does not answer: "),
        ({"REDIS_URL": "nonsense"}, "Redis does not answer: Redis URL must specify one of the following schemes"),
        ({"SECRET_KEY": ""}, "The settings are not right: SECRET_KEY is not set"),
        ({"MODEL_STORAGE": "cloud"}, "The settings are not right: MODEL_STORAGE=cloud is neither `directory` nor"),
    ],
)
def test_what_cannot_be_reached_is_one_clear_line(changes: dict[str, str], line: str, tmp_path: Path) -> None:
    usable = {"DATABASE_URL": "sqlite://:memory:", "SECRET_KEY": "x" * 50, "STATE_DIR": str(tmp_path)}
    with started("-m", "predictor_site.run.preparation", env=environment(**{**usable, **changes})) as process:
        said = output(process)
    assert process.returncode == 1
    assert said.startswith(line)
    assert said.count("\n") == 1
    assert "secret@" not in said
