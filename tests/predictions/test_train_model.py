from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db.models import F
from django.utils import timezone
from pytest_django import Settings

from matches.models import Match, Team
from predictions.ml import artefacts
from predictions.ml.active import active_model, forget_active_model
from predictions.models import PublishedPrediction, TrainedModel
from tests.predictions.ml.conftest import played_league

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]


@pytest.fixture(autouse=True)
def model_directory(settings: Settings, tmp_path: Path) -> Iterator[Path]:
    settings.MODEL_DIRECTORY = tmp_path / "models"
    forget_active_model()
    yield tmp_path / "models"
    forget_active_model()


def _train(*options: str) -> str:
    out = StringIO()
    call_command("train_model", *options, stdout=out)
    return out.getvalue()


def test_a_model_is_trained_measured_and_activated() -> None:
    played_league()
    lines = _train().splitlines()
    row = TrainedModel.objects.get()

    assert lines[:3] == [
        "Reading matches and their features …",
        "Walking forward through the last 3 seasons of 792 matches …",
        "Fitting to 660 of them: all but each league's first season …",
    ]
    assert lines[4].split() == ["matches", "RPS", "base", "log", "loss", "base", "accuracy", "base"]
    assert [line.split()[:2] for line in lines[5:8]] == [["2014", "132"], ["2015", "132"], ["all", "264"]]
    assert lines[-2] == f"Model {row.version} is active."
    assert lines[-1] == f"Model {row.version}, 660 matches from 2011-08-14 to 2016-05-02: active."
    assert active_model().version == row.version


def test_the_table_shows_the_model_beside_the_base_rates() -> None:
    played_league()
    [line] = [line for line in _train().splitlines() if line.startswith("all")]
    scores = TrainedModel.objects.get().scores or {}

    assert line.split()[2:] == [
        f"{scores[who][figure]:.4f}" for figure in ("rps", "log_loss", "accuracy") for who in ("model", "base_rates")
    ]


def test_as_many_seasons_are_measured_as_asked_for() -> None:
    played_league()

    assert [season["season"] for season in json.loads(_train("--seasons", "1", "--json"))["scores"]["seasons"]] == [
        2015
    ]
    with pytest.raises(CommandError, match="from 1 up"):
        _train("--seasons", "0")


def test_json_holds_all_figures_and_nothing_else() -> None:
    played_league()
    told = json.loads(_train("--json"))
    row = TrainedModel.objects.get()

    assert told == {
        "version": row.version,
        "status": "active",
        "trained": True,
        "matches": 660,
        "first_day": "2011-08-14",
        "last_day": "2016-05-02",
        "scores": row.scores,
    }
    assert told["scores"]["model"]["rps"] < told["scores"]["base_rates"]["rps"]


def test_without_activation_it_stays_a_candidate() -> None:
    played_league()

    assert _train("--no-activate").endswith(": candidate.\n")
    assert TrainedModel.objects.get().status == "candidate"


def test_a_new_model_takes_over_from_the_one_before() -> None:
    played_league()
    _train()
    first = TrainedModel.objects.get()
    Match.objects.filter(season=2015).update(home_goals=F("home_goals") + 1)
    _train()

    assert dict(TrainedModel.objects.values_list("status", "version"))["retired"] == first.version


def test_nothing_is_done_while_a_usable_model_is_active() -> None:
    played_league()
    _train()
    row = TrainedModel.objects.get()

    assert _train("--unless-active") == f"Model {row.version} is active already.\n"
    assert json.loads(_train("--unless-active", "--json")) == {
        "version": row.version,
        "status": "active",
        "trained": False,
    }
    assert TrainedModel.objects.get() == row


def test_another_is_trained_if_the_active_one_can_not_be_loaded() -> None:
    played_league()
    _train()
    old = TrainedModel.objects.get()
    artefacts.path_of(old.sha256).unlink()
    err = StringIO()
    call_command("train_model", "--unless-active", stdout=StringIO(), stderr=err)

    assert f"Model {old.version}: " in err.getvalue()
    assert TrainedModel.objects.get(status="active") != old


@pytest.mark.parametrize("options", [[], ["--json"], ["--unless-active"]])
def test_without_results_it_says_where_they_come_from(options: list[str]) -> None:
    with pytest.raises(CommandError, match=r"Import results first: .*import_matches or load_demo") as error:
        _train(*options)

    assert error.value.returncode == 2


def test_too_few_results_are_refused() -> None:
    played_league(seasons=2)
    with pytest.raises(CommandError, match="264 finished matches are too few to learn from: 500") as error:
        _train()

    assert error.value.returncode == 2
    assert not TrainedModel.objects.exists()


def test_a_model_that_does_not_beat_the_base_rates_is_not_activated() -> None:
    """In one season who was better is worse: what was learned is wrong for it, and what it teaches for the next."""
    played_league()
    _train()
    active = TrainedModel.objects.get()
    Match.objects.filter(season=2014).update(home_goals=F("away_goals"), away_goals=F("home_goals"))
    with pytest.raises(CommandError, match=r"does not beat the base rates .* stays a candidate.* --force") as error:
        _train()

    assert error.value.returncode == 1
    assert TrainedModel.objects.get(status="active") == active
    assert (TrainedModel.objects.get(status="candidate").scores or {})["model"]["rps"] > 0


def test_a_folder_that_can_not_be_written_is_one_clear_line(model_directory: Path) -> None:
    played_league()
    model_directory.write_text("in the way")
    with pytest.raises(CommandError, match=r"The model can't be saved: .*models") as error:
        _train()

    assert error.value.returncode == 2


def test_what_can_not_be_measured_is_a_candidate_until_it_is_forced() -> None:
    played_league(seasons=1, teams=24)
    out = StringIO()
    with pytest.raises(CommandError, match=r"was not measured: .* stays a candidate.* --force") as error:
        call_command("train_model", stdout=out)

    assert error.value.returncode == 1
    assert "Not measured: no season has enough matches before it to learn from." in out.getvalue()
    assert TrainedModel.objects.get().status == "candidate"
    assert _train("--force").endswith(": active.\n")


def test_what_is_activated_is_warmed_first_unless_told_otherwise() -> None:
    league = played_league()
    [home, away] = Team.objects.order_by("pk")[:2]
    kickoff = timezone.now() + timedelta(days=3)
    match = Match.objects.create(league=league, season=2030, kickoff=kickoff, home_team=home, away_team=away)

    assert "Nothing was warmed." in _train("--no-warm")
    assert "1 matches warmed: 1 computed, 0 cached already." in _train()
    active = TrainedModel.objects.get(status="active")
    assert PublishedPrediction.objects.filter(match=match, model_version=active.version).exists()


def test_help_has_an_example(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        call_command("train_model", "--help")

    assert "manage.py train_model --unless-active" in capsys.readouterr().out
