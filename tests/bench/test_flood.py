"""The recommended eviction policy protects predictions from a flood of unknown ids; the bench can tell."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bench import flood
from predictions.cache.server_info import RECOMMENDED_POLICY

ARTICLES_POLICY = "allkeys-lru"
# A tenth of the bench's own sizes.
SIZES = ["--predictions", "1000", "--flood", "30000", "--maxmemory", "1.05"]


def _reports(capsys: pytest.CaptureFixture[str], policy: str) -> tuple[int, list[dict[str, Any]]]:
    code = flood.main(["--policy", policy, "--json", *SIZES])
    out = capsys.readouterr().out
    assert out.endswith("]\n")
    return code, json.loads(out)


@pytest.mark.slow
def test_the_recommended_policy_keeps_the_predictions_with_the_cap_and_without(
    capsys: pytest.CaptureFixture[str],
) -> None:
    code, reports = _reports(capsys, RECOMMENDED_POLICY)
    assert code == 0
    assert [(report["policy"], report["cap"]) for report in reports] == [(RECOMMENDED_POLICY, cap) for cap in (1, 0)]
    for report in reports:
        assert report["predictions"] == 1000
        assert report["kept"] >= 990
        assert report["evicted"] > 0, "nothing was pushed out, so nothing was tried"


@pytest.mark.slow
def test_the_articles_policy_loses_them_without_the_cap(capsys: pytest.CaptureFixture[str]) -> None:
    _, [_, without_cap] = _reports(capsys, ARTICLES_POLICY)
    assert without_cap["kept"] < 500


def test_help_shows_an_example(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        flood.main(["--help"])
    assert "Example: python -m bench.flood" in capsys.readouterr().out


def test_a_policy_that_does_not_exist_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        flood.main(["--policy", "allkeys-first"])
    assert "allkeys-lru" in capsys.readouterr().err
