"""The examples in docs/api.md do what the page says, as they stand there."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import playwright
import pytest

from tests.integration.conformance.conftest import Described
from tests.predictor_site.processes import PROJECT

PAGE = PROJECT / "docs" / "api.md"
# Comes with the browser's driver, so that nobody has to install another one.
NODE = Path(playwright.__file__).parent / "driver" / "node"


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE.read_text(), re.DOTALL | re.MULTILINE)


def run(described: Described, command: list[str], blocks: list[str]) -> list[str]:
    """What the blocks print, run one after the other as if they were typed."""
    environment = os.environ | {"PREDICTOR": described.url, "PREDICTOR_KEY": described.key}
    done = subprocess.run(
        command, input="\n".join(blocks), env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_with_curl(described: Described) -> None:
    printed = "\n".join(run(described, ["bash", "-eu", "-o", "pipefail"], blocks("bash")))
    assert '"next":' in printed
    assert "id,league.code," in printed
    assert '"suggestions":' in printed
    assert "}304\n" in printed
    assert '"status":"finished","score":{"home":2,"away":1}' in printed


def test_with_python(described: Described) -> None:
    printed = run(described, [sys.executable, "-"], blocks("python"))
    count, *rest = printed[0].split()
    assert int(count) > 50
    assert rest == ["matches", "to", "be", "played"]
    assert sum("predictor; " in line for line in printed) == 20
    assert "1000000000 There is no match 1000000000." in printed
    assert printed[-1].startswith("400 /problems/invalid-parameters {'season':")


def test_with_javascript(described: Described) -> None:
    printed = run(described, [str(NODE), "--input-type=module", "-"], blocks("javascript"))
    assert "probabilities" not in printed[0]
    assert any(line.startswith("The other way round: {") for line in printed)


@pytest.mark.parametrize("language", ["bash", "python", "javascript"])
def test_there_are_examples(language: str) -> None:
    assert blocks(language)


def test_none_is_in_a_language_that_nobody_runs() -> None:
    assert set(re.findall(r"^```(\w+)$", PAGE.read_text(), re.MULTILINE)) == {"bash", "python", "javascript"}
