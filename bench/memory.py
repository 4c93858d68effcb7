"""What Redis spends on each prediction beyond the body's own bytes: the change of `used_memory`, divided.

The predictions are claimed and filled as the service does it, in its own format; generations are included. On the
embedded Valkey, and on a redis-server where one is installed.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from bench.service import BenchError, prepared, programs, say, server
from predictor_site.embedded.process import StartError

MOST_BYTES = 500
# In the order of the table: what is shown, and what it consists of.
ROWS = (
    "used",
    "body",
    "key",
    "seal and header",
    "generation: key",
    "generation: token",
    "features body",
    "features key",
    "features seal and header",
    "of the server's own",
    "beyond",
)
LABELS = {"used": "all", "beyond": "beyond the bodies"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print. Returns 0; 1 if the embedded server spends too much; 2 if nothing could be measured."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.memory",
        description="Measure the memory that Redis spends on each prediction.",
        epilog="Example: python -m bench.memory --predictions 20000 --json. "
        f"Exit code: 0 at most {MOST_BYTES} bytes beyond the body on the embedded server, 1 more, 2 not measured.",
    )
    parser.add_argument("--predictions", type=int, default=100_000, help="how many (default: 100000)")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    options = parser.parse_args(arguments)
    reports = []
    try:
        say("Loading the demo and training a model.")
        with prepared() as service:
            for program in programs():
                for features in ([], ["--features"]):
                    with server(program) as redis:
                        report = service.run("bench.filling", str(options.predictions), *features, redis=redis)
                    reports.append(report)
                    say(f"{report['server']}, {'with' if features else 'without'} features: done.")
    except (BenchError, StartError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    sys.stdout.write(f"{json.dumps(reports)}\n" if options.json else table(reports))
    return 0 if reports[0]["beyond"] <= MOST_BYTES else 1


def table(reports: Sequence[Mapping[str, Any]]) -> str:
    """Bytes for each prediction: a column for each server, without and with features."""
    lines = [f"Bytes for each of {reports[0]['predictions']:,} predictions\n"]
    rows = {
        "": [report["server"] for report in reports],
        " ": ["with features" if report["features"] else "" for report in reports],
        **{
            LABELS.get(row, row): [f"{report[row]:,.1f}" if report.get(row) else "" for report in reports]
            for row in ROWS
        },
    }
    lines += [f"{label:26}" + "".join(f"{cell:>16}" for cell in cells) for label, cells in rows.items()]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
