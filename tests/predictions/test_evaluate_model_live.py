"""`evaluate_model --live`: the track record in the terminal."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pytest_django import DjangoAssertNumQueries

from predictions import track_record
from tests.predictions.api.test_trained_models import register
from tests.predictions.publishing import make_match, say

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]


def live(*options: str) -> str:
    out = StringIO()
    call_command("evaluate_model", "--live", *options, stdout=out)
    return out.getvalue()


@pytest.fixture
def record() -> None:
    say(make_match(1, 0, odds=(2.0, 4.0, 4.0)), 0.5, 0.3, 0.2, with_market=(0.6, 0.3, 0.1))
    say(make_match(0, 1), 0.5, 0.3, 0.2)
    say(make_match(1, 0, league="de.1", season=2022), 0.5, 0.3, 0.2, by="model-2")


@pytest.mark.usefixtures("record")
def test_a_table_shows_each_league_and_all_together_beside_the_bookmakers() -> None:
    lines = [line.split() for line in live().splitlines()]
    head = ["league", "matches", "RPS", "log", "loss", "accuracy"]
    assert lines[-4] == [*head, "with", "odds", "RPS", "bookmakers", "told", "odds", "RPS", "with", "market"]
    assert lines[-3:] == [
        ["de.1", "1", "0.1450", "0.6931", "1.0000", "0", "–", "–", "0", "–", "–"],
        ["en.1", "2", "0.2950", "1.1513", "0.5000", "1", "0.1450", "0.1562", "1", "0.1450", "0.0850"],
        ["all", "3", "0.2450", "0.9986", "0.6667", "1", "0.1450", "0.1562", "1", "0.1450", "0.0850"],
    ]


@pytest.mark.usefixtures("record")
def test_as_json_it_is_what_the_api_shows() -> None:
    assert json.loads(live("--json")) == track_record.as_dict(track_record.by_league())


@pytest.mark.usefixtures("record")
@pytest.mark.parametrize(
    ("options", "leagues"),
    [
        (["--league", "de.1"], ["de.1"]),
        (["--league", "de.1", "--league", "en.1"], ["de.1", "en.1"]),
        (["--from-season", "2023"], ["en.1"]),
        (["--to-season", "2023"], ["de.1"]),
        (["--model", "model-1"], ["en.1"]),
    ],
)
def test_it_can_be_asked_of_a_part(options: list[str], leagues: list[str]) -> None:
    assert [each["league"] for each in json.loads(live("--json", *options))["leagues"]] == leagues


@pytest.mark.usefixtures("record")
def test_it_takes_one_query(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(1):
        live()


def test_without_a_result_it_can_not_tell() -> None:
    say(make_match())
    with pytest.raises(CommandError, match="has a result yet") as raised:
        live()
    assert raised.value.returncode == 2


@pytest.mark.usefixtures("record")
@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--league", "xx"], "There is no league xx; there are de.1, en.1."),
        (["--league", "yy", "--league", "en.1", "--league", "xx"], "There is no league xx, yy; there are de.1, en.1."),
        (["--model", "nope"], "There is no model nope. Newest: 20260304-0badf00d."),
    ],
)
def test_a_league_or_a_model_that_there_never_was_is_named(options: list[str], told: str) -> None:
    register("20260304-0badf00d")
    with pytest.raises(CommandError) as raised:
        live(*options)
    assert (str(raised.value), raised.value.returncode) == (told, 2)


@pytest.mark.usefixtures("record")
@pytest.mark.parametrize("options", [["--league", "fr.1"], ["--model", "20260304-0badf00d"], ["--from-season", "2030"]])
def test_one_that_there_is_has_no_result_yet(options: list[str]) -> None:
    register("20260304-0badf00d")
    make_match(league="fr.1")
    with pytest.raises(CommandError, match="has a result yet"):
        live(*options)


@pytest.mark.usefixtures("record")
def test_a_model_whose_row_is_gone_is_still_known_by_what_it_said() -> None:
    with pytest.raises(CommandError, match="has a result yet"):
        live("--model", "model-2", "--league", "en.1")


@pytest.mark.usefixtures("record")
def test_there_is_no_page_of_it(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="leave out --report") as raised:
        live("--report", str(tmp_path / "report.html"))
    assert raised.value.returncode == 2
    assert not list(tmp_path.iterdir())


def test_one_model_has_a_record_only_of_what_was_published() -> None:
    with pytest.raises(CommandError, match="--model goes with --live") as raised:
        call_command("evaluate_model", "--model", "model-1")
    assert raised.value.returncode == 2
