"""Runs the part of a bench that needs a database: in a process with a new PostgreSQL, and a Valkey, of its own."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from bench import seasons
from bench.service import FORGOTTEN, PROJECT, BenchError

SEASONS = 20
"""How many are made up where no folder with real ones is given."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which matches to measure with, and how to print what was measured."""
    parser.add_argument("--data", type=Path, metavar="FOLDER", help="files of football-data.co.uk, not made-up ones")
    parser.add_argument(
        "--seasons", type=int, default=SEASONS, help="how many are made up for five leagues (default: %(default)s)"
    )
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")


def run(module: str, *, data: Path | None, made_up: int = SEASONS) -> dict[str, Any]:
    """The JSON that `module` prints. It is told the folder with the files to import. Raises BenchError."""
    with tempfile.TemporaryDirectory(prefix="predictor-bench-") as folder:
        environment = {name: value for name, value in os.environ.items() if name not in FORGOTTEN}
        environment |= {
            "DJANGO_SETTINGS_MODULE": "predictor_site.settings",
            "SECRET_KEY": "of-no-use-outside-" + "x" * 40,
            "STATE_DIR": str(Path(folder, "state")),
        }
        if data is None:
            data = Path(folder, "seasons")
            data.mkdir()
            seasons.write(data, made_up)
        command = [sys.executable, "-m", "predictor_site.embedded", "--postgres", "--valkey", "--"]
        command += [sys.executable, "-m", module, str(data.absolute())]
        done = subprocess.run(command, cwd=PROJECT, env=environment, stdout=subprocess.PIPE, check=False)
    if done.returncode != 0:
        raise BenchError(f"{module} failed with exit code {done.returncode}.")
    report: dict[str, Any] = json.loads(done.stdout)
    return report
