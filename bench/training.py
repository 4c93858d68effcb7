"""How long training takes, with all its reading, comparing and storing, against the same features and fits in memory.

On a PostgreSQL of its own, in one run, so that only the ratio counts.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from bench import own_postgres
from bench.service import BenchError, say

MOST_TIMES = 2.0
"""Training takes at most so many times as long."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print. Returns 0; 1 if it takes longer than promised; 2 if nothing could be measured."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.training",
        description="Measure train_model against making the same features and the same fits in memory.",
        epilog="Example: python -m bench.training --seasons 5 --json. "
        f"Exit code: 0 if training takes at most {MOST_TIMES:.0f} times as long, 1 if not, 2 not measured.",
    )
    own_postgres.add_arguments(parser)
    options = parser.parse_args(arguments)
    try:
        say(f"Importing {options.data or 'made-up seasons'} into an empty PostgreSQL, then training.")
        report = own_postgres.run("bench.trained", data=options.data, made_up=options.seasons)
    except BenchError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    one_fit = report["features_seconds"] + report["fit_seconds"]
    report["times"] = report["train_seconds"] / (one_fit + report["other_fits_seconds"])
    report["times_one_fit"] = report["train_seconds"] / one_fit
    sys.stdout.write(f"{json.dumps(report)}\n" if options.json else table(report))
    return 0 if report["times"] <= MOST_TIMES else 1


def table(report: Mapping[str, Any]) -> str:
    """The figures as sentences."""
    return (
        f"In memory: features of {report['matches']:,} matches {report['features_seconds']:.2f} s,"
        f" the fit {report['fit_seconds']:.2f} s,"
        f" {report['measured_seasons']} seasons foretold, each after a fit {report['other_fits_seconds']:.2f} s\n"
        f"train_model: {report['train_seconds']:.2f} s, {report['times']:.2f} times all of that"
        f" (at most {MOST_TIMES:.0f}), {report['times_one_fit']:.2f} times the features and one fit\n"
    )


if __name__ == "__main__":
    sys.exit(main())
