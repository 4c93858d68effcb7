"""A batch of 500 cold predictions takes little more than one."""

from __future__ import annotations

import json

import pytest

from bench import batch

REPORT = {"rounds": 20, "matches": 500, "one_ms": 10.0, "batch_ms": 120.0, "times": 12.0}


@pytest.mark.slow
def test_a_batch_takes_no_longer_than_promised(capsys: pytest.CaptureFixture[str]) -> None:
    code = batch.main(["--json"])
    report = json.loads(capsys.readouterr().out)
    assert report["matches"] == 500
    assert report["times"] <= batch.MOST_TIMES
    assert code == 0


def test_the_table_says_what_took_how_long() -> None:
    one, many = batch.table(REPORT).splitlines()
    assert one == "One cold prediction: 10.0 ms, the median of 20"
    assert many == "500 cold predictions in one batch: 120.0 ms, 12.0 times as long (at most 15)"


@pytest.mark.parametrize(("batch_ms", "code"), [(150.0, 0), (150.1, 1)])
def test_its_exit_code_says_whether_it_is_as_promised(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], batch_ms: float, code: int
) -> None:
    """The measuring itself takes half a minute; these are its figures."""
    monkeypatch.setattr(batch, "run", lambda rounds: REPORT | {"batch_ms": batch_ms})
    assert batch.main(["--json"]) == code
    assert capsys.readouterr().out.endswith("}\n")


def test_help_shows_an_example(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        batch.main(["--help"])
    assert "Example: python -m bench.batch" in capsys.readouterr().out
