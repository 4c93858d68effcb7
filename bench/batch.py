"""How long a batch of 500 cold predictions takes, against one cold prediction: over HTTP, from the web server of
`make run` on a PostgreSQL and a Valkey of its own. In one run, so that only the ratio counts.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from typing import Any

from bench.service import FORGOTTEN, PROJECT, BenchError, say

MOST_TIMES = 15.0
"""The batch takes at most so many times as long."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print. Returns 0; 1 if the batch takes longer than promised; 2 if nothing could be measured."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.batch",
        description="Measure a batch of 500 cold predictions against one cold prediction, over HTTP.",
        epilog="Example: python -m bench.batch --rounds 50 --json. "
        f"Exit code: 0 if the batch takes at most {MOST_TIMES:.0f} times as long, 1 if not, 2 not measured.",
    )
    parser.add_argument("--rounds", type=int, default=20, help="how often each is asked for (default: %(default)s)")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    options = parser.parse_args(arguments)
    try:
        say("Loading the demo into an empty PostgreSQL, training a model, then asking the web server.")
        report = run(options.rounds)
    except BenchError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    report["times"] = report["batch_ms"] / report["one_ms"]
    sys.stdout.write(f"{json.dumps(report)}\n" if options.json else table(report))
    return 0 if report["times"] <= MOST_TIMES else 1


def run(rounds: int) -> dict[str, Any]:
    """What `bench.batched` measures. Raises BenchError."""
    with tempfile.TemporaryDirectory(prefix="predictor-bench-") as folder:
        environment = {name: value for name, value in os.environ.items() if name not in FORGOTTEN}
        environment |= {
            "DJANGO_SETTINGS_MODULE": "predictor_site.settings",
            "SECRET_KEY": "of-no-use-outside-" + "x" * 40,
            "STATE_DIR": folder,
            "OMP_NUM_THREADS": "1",
            # A busy machine must not look like an outage, nor whoever measures like a flood.
            "REDIS_TIMEOUT": "30",
            "RATE_PER_ADDRESS": "1000000",
        }
        command = [sys.executable, "-m", "predictor_site.embedded", "--postgres", "--valkey", "--"]
        command += [sys.executable, "-m", "bench.batched", str(rounds)]
        done = subprocess.run(command, cwd=PROJECT, env=environment, stdout=subprocess.PIPE, check=False)
    if done.returncode != 0:
        raise BenchError(f"bench.batched failed with exit code {done.returncode}.")
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def table(report: Mapping[str, Any]) -> str:
    """The figures as sentences."""
    return (
        f"One cold prediction: {report['one_ms']:.1f} ms, the median of {report['rounds']}\n"
        f"{report['matches']} cold predictions in one batch: {report['batch_ms']:.1f} ms,"
        f" {report['times']:.1f} times as long (at most {MOST_TIMES:.0f})\n"
    )


if __name__ == "__main__":
    sys.exit(main())
