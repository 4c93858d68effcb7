from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db.models import F

from matches.models import Match
from predictions.ml.evaluation import walk_forward
from predictions.ml.training_set import read_training_set
from predictions.models import TrainedModel
from tests.predictions.ml.conftest import played_league

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]


def _evaluate(*options: str) -> str:
    out = StringIO()
    call_command("evaluate_model", *options, stdout=out)
    return out.getvalue()


@pytest.fixture
def leagues() -> None:
    """Two of them, of which one has bookmakers who always say the same."""
    played_league()
    played_league(code="de.1", teams=8)
    Match.objects.filter(league__code="en.1").update(
        closing_odds_home=2.2, closing_odds_draw=3.4, closing_odds_away=3.3
    )


def _firsts(told: str) -> list[str]:
    return [line.split()[0] for line in told.splitlines() if line]


@pytest.mark.usefixtures("leagues")
def test_the_model_is_measured_by_season_and_league_and_nothing_is_kept() -> None:
    told = _evaluate()

    for name in ("Model", "Bookmakers", "Elo", "Base", "2013/14", "2014/15", "2015/16", "de.1", "en.1"):
        assert name in _firsts(told), name
    assert not TrainedModel.objects.exists()


@pytest.mark.usefixtures("leagues")
def test_json_holds_all_figures_and_nothing_else() -> None:
    expected = walk_forward(read_training_set())

    assert expected is not None
    assert json.loads(_evaluate("--json")) == json.loads(json.dumps(expected.details()))


@pytest.mark.usefixtures("leagues")
def test_some_seasons_of_some_leagues_are_measured_by_models_that_learnt_from_all() -> None:
    everything = json.loads(_evaluate("--json"))
    told = json.loads(_evaluate("--json", "--league", "de.1", "--from-season", "2014", "--to-season", "2014"))
    [season] = [
        part for part in everything["leagues_and_seasons"] if (part["league"], part["season"]) == ("de.1", 2014)
    ]

    assert [part["season"] for part in told["seasons"]] == [2014]
    assert [part["league"] for part in told["leagues"]] == ["de.1"]
    assert told["overall"]["matches"] == 56
    assert told["overall"]["model"] == season["model"]


@pytest.mark.usefixtures("leagues")
def test_a_league_can_be_named_more_than_once() -> None:
    told = json.loads(_evaluate("--json", "--league", "de.1", "--league", "en.1"))

    assert [part["league"] for part in told["leagues"]] == ["de.1", "en.1"]


@pytest.mark.usefixtures("leagues")
def test_a_page_is_written_and_named(tmp_path: Path) -> None:
    told = _evaluate("--report", str(tmp_path / "page.html"))

    assert told.endswith(f"The report is in {tmp_path / 'page.html'}: open it in a browser.\n")
    assert (tmp_path / "page.html").read_text(encoding="utf-8").startswith("<!doctype html>")


@pytest.mark.usefixtures("leagues")
def test_a_page_and_json_go_together(tmp_path: Path) -> None:
    assert json.loads(_evaluate("--json", "--report", str(tmp_path / "page.html")))["beats_base_rates"] is True
    assert (tmp_path / "page.html").exists()


@pytest.mark.usefixtures("leagues")
def test_a_page_that_can_not_be_written_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"The report can't be written: .*nowhere") as error:
        _evaluate("--report", str(tmp_path / "nowhere" / "page.html"))

    assert error.value.returncode == 2


def test_a_model_that_does_not_beat_the_base_rates_is_told_and_is_an_error() -> None:
    """In one season who was better is worse: what was learnt is wrong for it."""
    played_league()
    Match.objects.filter(season=2014).update(home_goals=F("away_goals"), away_goals=F("home_goals"))
    out = StringIO()
    with pytest.raises(CommandError, match="does not beat the base rates") as error:
        call_command("evaluate_model", "--to-season", "2014", stdout=out)

    assert error.value.returncode == 1
    assert "2014/15" in _firsts(out.getvalue())


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--league", "en.9", "--league", "en.1"], r"No finished match of en\.9; there are some of en\.1\."),
        (["--from-season", "2030"], "No finished match in these seasons; there are some from 2010 to 2015"),
        (["--from-season", "2014", "--to-season", "2013"], "No finished match in these seasons"),
        (["--to-season", "2013"], r"No such season has 500 matches before it.*Import earlier seasons"),
    ],
)
def test_what_can_not_be_measured_is_named(options: list[str], message: str) -> None:
    played_league()
    with pytest.raises(CommandError, match=message) as error:
        _evaluate(*options)

    assert error.value.returncode == 2


def test_without_results_it_says_where_they_come_from() -> None:
    with pytest.raises(CommandError, match=r"Import results first: .*import_matches or load_demo") as error:
        _evaluate()

    assert error.value.returncode == 2


def test_help_has_examples(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        call_command("evaluate_model", "--help")

    assert "manage.py evaluate_model --from-season 2020 --to-season 2022" in capsys.readouterr().out
