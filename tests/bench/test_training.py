"""Training takes little more than its features and its fits."""

from __future__ import annotations

import json

import pytest

from bench import own_postgres, training

REPORT = {
    "matches": 35_682,
    "measured_seasons": 3,
    "features_seconds": 0.6,
    "fit_seconds": 0.4,
    "other_fits_seconds": 1.0,
    "train_seconds": 3.0,
    "times": 1.5,
    "times_one_fit": 3.0,
}


@pytest.mark.slow
def test_training_takes_no_longer_than_promised(capsys: pytest.CaptureFixture[str]) -> None:
    code = training.main(["--json"])
    report = json.loads(capsys.readouterr().out)

    assert report["matches"] == 20 * 1826
    assert report["times"] <= training.MOST_TIMES
    assert code == 0


def test_the_table_says_what_took_how_long() -> None:
    lines = training.table(REPORT).splitlines()

    assert lines[0].startswith("In memory: features of 35,682 matches 0.60 s, the fit 0.40 s, 3 seasons foretold")
    assert lines[1].startswith("train_model: 3.00 s, 1.50 times all of that (at most 2), 3.00 times the features and")


def test_its_json_is_a_line(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """The measuring itself takes a minute; these are its figures."""
    monkeypatch.setattr(own_postgres, "run", lambda module, **options: dict(REPORT))

    assert training.main(["--json"]) == 0
    assert capsys.readouterr().out.endswith("}\n")


def test_help_shows_an_example(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        training.main(["--help"])
    assert "Example: python -m bench.training" in capsys.readouterr().out
