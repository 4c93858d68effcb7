"""The command that makes a model the active one, or goes back."""

from __future__ import annotations

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from predictions.ml import artefacts
from predictions.ml.active import ActiveModel
from predictions.models import TrainedModel
from tests.integration.servers import RedisServer
from tests.predictions.conftest import fill_up
from tests.predictions.ml.conftest import registered

pytestmark = pytest.mark.django_db


def _activate(*arguments: str) -> str:
    out = StringIO()
    call_command("activate_model", *arguments, stdout=out)
    return out.getvalue()


def _active() -> str:
    return TrainedModel.objects.get(status="active").version


@pytest.fixture
def candidate(model: ActiveModel) -> TrainedModel:
    """A good one, while another one is active."""
    return registered(beats_base_rates=True)


def test_it_tells_what_it_warmed_and_what_it_replaced(candidate: TrainedModel, model: ActiveModel) -> None:
    assert _activate(candidate.version, "--days", "12") == (
        "1 matches warmed: 1 computed, 0 cached already.\n"
        f"Model {candidate.version} is active, instead of {model.version}.\n"
    )
    assert _active() == candidate.version


def test_json_holds_all_of_it(candidate: TrainedModel, model: ActiveModel) -> None:
    assert json.loads(_activate(candidate.version, "--days", "12", "--json")) == {
        "version": candidate.version,
        "status": "active",
        "former": model.version,
        "warmed": {"matches": 1, "computed": 1, "already_cached": 0, "stopped": None},
    }


def test_to_the_previous_model_and_back_it_is_the_same_command(candidate: TrainedModel, model: ActiveModel) -> None:
    TrainedModel.objects.update(beats_base_rates=True)
    _activate(candidate.version)
    for expected in (model.version, candidate.version, model.version):
        assert f"Model {expected} is active, instead of " in _activate("--previous")
        assert _active() == expected


def test_the_previous_model_is_warmed_too(candidate: TrainedModel, model: ActiveModel) -> None:
    TrainedModel.objects.update(beats_base_rates=True)
    _activate(candidate.version)
    told = json.loads(_activate("--previous", "--days", "12", "--json"))

    assert told["warmed"] == {"matches": 1, "computed": 1, "already_cached": 0, "stopped": None}


def test_one_that_is_active_already_stays_so(candidate: TrainedModel) -> None:
    _activate(candidate.version)

    assert _activate(candidate.version).endswith(f"Model {candidate.version} was active already.\n")


def test_without_warming_it_says_so(candidate: TrainedModel) -> None:
    assert _activate(candidate.version, "--no-warm").startswith("Nothing was warmed.\n")
    assert json.loads(_activate(candidate.version, "--no-warm", "--json"))["warmed"] is None


@pytest.mark.usefixtures("redis_away")
def test_that_redis_is_away_is_told(candidate: TrainedModel) -> None:
    told = _activate(candidate.version, "--days", "12")

    assert told.startswith("Redis is away: nothing can be kept. Is REDIS_URL right? Not warmed: 1 of 1 matches.\n")
    assert _active() == candidate.version


def test_what_could_not_be_kept_is_told(own_server: RedisServer, candidate: TrainedModel) -> None:
    fill_up(own_server)

    assert "1 could not be kept: see the log.\n" in _activate(candidate.version, "--days", "12")


@pytest.mark.parametrize("beats", [False, None])
def test_one_that_is_not_known_to_be_good_exits_with_1_unless_forced(
    beats: bool | None, candidate: TrainedModel, model: ActiveModel
) -> None:
    TrainedModel.objects.filter(pk=candidate.pk).update(beats_base_rates=beats)
    with pytest.raises(CommandError, match="--force") as error:
        _activate(candidate.version)
    assert (error.value.returncode, _active()) == (1, model.version)
    _activate(candidate.version, "--force")

    assert _active() == candidate.version


def test_one_that_can_not_be_served_exits_with_2_and_the_reason(candidate: TrainedModel, model: ActiveModel) -> None:
    artefacts.path_of(candidate.sha256).unlink()
    with pytest.raises(
        CommandError, match=rf"{candidate.version}: .* can't be read .* manage\.py train_model"
    ) as error:
        _activate(candidate.version, "--force")

    assert (error.value.returncode, _active()) == (2, model.version)


@pytest.mark.parametrize("arguments", [["20200101-00000000"], ["--previous"]])
def test_one_that_is_not_there_exits_with_2(arguments: list[str], model: ActiveModel) -> None:
    with pytest.raises(CommandError, match="There is no model") as error:
        _activate(*arguments)

    assert (error.value.returncode, _active()) == (2, model.version)


@pytest.mark.parametrize("version", ["", " "])
def test_an_empty_version_is_no_way_to_go_back(version: str, candidate: TrainedModel, model: ActiveModel) -> None:
    """As from a variable that was never set."""
    _activate(candidate.version)
    TrainedModel.objects.update(beats_base_rates=True)
    with pytest.raises(CommandError, match="VERSION is empty") as error:
        _activate(version)

    assert (error.value.returncode, _active()) == (2, candidate.version)


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["20200101-00000000", "--previous"],
        ["", "--previous"],
        ["--previous", ""],
        ["20200101-00000000", "--days", "0"],
    ],
)
def test_what_makes_no_sense_is_refused(arguments: list[str]) -> None:
    with pytest.raises(CommandError):
        _activate(*arguments)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"scores": [1]}, r"has scores that are none: \[1\]"),
        ({"scores": {"confidence": [{"from": 0.1}]}}, "KeyError: 'share'"),
        ({"library_versions": []}, "made with numpy unknown"),
        ({"feature_names": ["form"]}, "with form"),
        ({"learnt_from": [1]}, "what it has learnt from can't be read"),
    ],
)
def test_a_row_that_was_tampered_with_exits_with_2_and_nothing_is_switched(
    change: dict[str, Any], told: str, candidate: TrainedModel, model: ActiveModel
) -> None:
    TrainedModel.objects.filter(pk=candidate.pk).update(**change)
    with pytest.raises(CommandError, match=told) as error:
        _activate(candidate.version, "--force")

    assert (error.value.returncode, _active()) == (2, model.version)


def test_help_has_examples(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        call_command("activate_model", "--help")

    assert "manage.py activate_model --previous" in capsys.readouterr().out
