"""The running service against its own description: whatever is asked, it answers as described."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.integration.conformance.conftest import Described
from tests.predictor_site.processes import PROJECT


def test_it_departs_nowhere_from_its_description(described: Described, tmp_path: Path) -> None:
    operations = _fuzz(described, tmp_path, "--examples", "10", "--no-coverage")
    assert sum(operation["cases"] for operation in operations.values()) >= 200


@pytest.mark.slow
def test_nor_does_it_in_thousands_of_cases_of_all_kinds(described: Described, tmp_path: Path) -> None:
    operations = _fuzz(described, tmp_path, "--examples", "250")
    assert sum(operation["cases"] for operation in operations.values()) >= 5000
    # Or it would have been told little more than that nothing is in order.
    shares = {label: operation["succeeded"] / operation["cases"] for label, operation in operations.items()}
    assert {label: share for label, share in shares.items() if share < 0.1} == {}


def _fuzz(described: Described, folder: Path, *options: str) -> Mapping[str, Any]:
    """What came of it, by operation: all that are described. Fails where an answer is not as described."""
    command = [sys.executable, "-m", "tests.integration.conformance.fuzzing", described.url]
    command += [str(described.known_file(folder)), "--key", described.key, *options]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    operations: dict[str, Any] = said["operations"]
    lines = [
        f"{operation['cases']:5} cases, {operation['succeeded'] / operation['cases']:4.0%} 2xx  {label}"
        for label, operation in operations.items()
    ]
    sys.stdout.write("\n".join([*lines, f"{sum(operation['cases'] for operation in operations.values()):5} cases", ""]))
    assert said["errors"] == []
    assert said["failures"] == {}, json.dumps(said["failures"], indent=1)
    assert operations.keys() == _described(described)
    return operations


def _described(described: Described) -> set[str]:
    paths: dict[str, dict[str, Any]] = described.site.web.get("/api/schema/").json()["paths"]
    labels = {f"{method.upper()} {path}" for path, operations in paths.items() for method in operations}
    # schemathesis does not ask for what it has read first.
    return labels - {"GET /api/schema/"}
