"""How long an import with its ratings takes, against inserting the same rows and no more, and a match day on top of it.

On a PostgreSQL of its own, in one run, so that only ratios count: a machine that is twice as busy is so for all three.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from bench import own_postgres
from bench.service import BenchError, say

MOST_TIMES = 6.0
"""An import takes at most so many times as long as `bulk_create` of its matches."""
MOST_SHARE = 1 / 50
"""A match day takes at most this share of the import."""
FEWEST_MATCHES = 30_000
"""With fewer the whole import is too short to compare a match day with: what it takes does not grow with them."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print. Returns 0; 1 if it takes longer than promised; 2 if nothing could be measured."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.importing",
        description="Measure an import with its ratings against bulk_create of the same rows.",
        epilog="Example: python -m bench.importing --seasons 5 --json. "
        f"Exit code: 0 if the import takes at most {MOST_TIMES:.0f} times as long, and 10 results more in each of five "
        f"leagues 1/{1 / MOST_SHARE:.0f} of that (from {FEWEST_MATCHES:,} matches on); 1 if not, 2 not measured.",
    )
    own_postgres.add_arguments(parser)
    options = parser.parse_args(arguments)
    try:
        say(f"Importing {options.data or 'made-up seasons'} into an empty PostgreSQL.")
        report = own_postgres.run("bench.imported", data=options.data, made_up=options.seasons)
    except BenchError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    report["times"] = report["import_seconds"] / report["bare_seconds"]
    report["share"] = report["day_seconds"] / report["import_seconds"]
    report["share_judged"] = report["matches"] >= FEWEST_MATCHES
    sys.stdout.write(f"{json.dumps(report)}\n" if options.json else table(report))
    return 0 if is_as_promised(report) else 1


def is_as_promised(report: Mapping[str, Any]) -> bool:
    """Whether nothing took longer; the match day counts only where it is judged."""
    return report["times"] <= MOST_TIMES and (report["share"] <= MOST_SHARE or not report["share_judged"])


def table(report: Mapping[str, Any]) -> str:
    """The figures as sentences."""
    promise = f"at most 1/{1 / MOST_SHARE:.0f}"
    if not report["share_judged"]:
        promise = f"not judged: with fewer than {FEWEST_MATCHES:,} matches the import is too short to compare with"
    return (
        f"bulk_create of {report['matches']:,} matches: {report['bare_seconds']:.2f} s\n"
        f"Import, and {report['snapshots']:,} ratings: {report['import_seconds']:.2f} s,"
        f" {report['times']:.2f} times that (at most {MOST_TIMES:.0f})\n"
        f"{report['day_results']} results more, in {report['day_leagues']} files: {report['day_seconds']:.3f} s,"
        f" 1/{1 / report['share']:.0f} of the import ({promise});"
        f" ratings of teams: {report['day_snapshots']} new rows, {report['day_replaced']} old ones gone\n"
    )


if __name__ == "__main__":
    sys.exit(main())
