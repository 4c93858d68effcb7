"""Redis spends little on a prediction beyond its body, and the bench adds up."""

from __future__ import annotations

import json

import pytest

from bench import memory

OF_SERVICE = ("body", "key", "seal and header", "generation: key", "generation: token")


@pytest.mark.slow
def test_a_prediction_costs_at_most_500_bytes_beyond_its_body(capsys: pytest.CaptureFixture[str]) -> None:
    code = memory.main(["--predictions", "20000", "--json"])
    out = capsys.readouterr().out
    alone, with_features, *_ = json.loads(out)
    assert code == 0
    assert out.endswith("]\n")
    assert alone["beyond"] <= memory.MOST_BYTES
    assert alone["used"] == pytest.approx(alone["body"] + alone["beyond"])
    assert alone["beyond"] > sum(alone[part] for part in OF_SERVICE if part != "body")
    assert with_features["used"] > alone["used"] + with_features["features body"]


def test_the_table_has_a_column_for_each_server() -> None:
    report = dict.fromkeys(memory.ROWS, 1.0) | {"server": "valkey 1", "predictions": 1000, "features": False}
    lines = memory.table([report, report | {"server": "redis 2", "features": True, "beyond": 1234.5}]).splitlines()
    assert lines[0] == "Bytes for each of 1,000 predictions"
    assert lines[2].split() == ["valkey", "1", "redis", "2"]
    assert lines[3].split() == ["with", "features"]
    assert lines[-1].split() == ["beyond", "the", "bodies", "1.0", "1,234.5"]


def test_help_shows_an_example(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        memory.main(["--help"])
    assert "Example: python -m bench.memory" in capsys.readouterr().out
