"""How many predictions survive a flood of unknown ids, by eviction policy, with the cap on absences and without.

Everything goes through the service itself, with a database and a model: predictions are computed until the cache is
warm, `maxmemory` is set to 1.25 times what they fill, and then unknown ids are asked for, 300 in a call. After each
call 20 predictions, drawn at random, are read. A prediction counts as kept if its entry is still the one that was
there before: one that was evicted and computed again does not.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from bench.service import BenchError, Service, prepared, say, server
from predictions.cache.server_info import RECOMMENDED_POLICY
from predictor_site.embedded.process import StartError

POLICIES = ("allkeys-lru", "allkeys-lfu", "volatile-ttl", "volatile-lfu")
FEWEST_KEPT = 0.99


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print. Returns 0; 1 if the recommended policy loses too many; 2 if nothing could be measured."""
    options = _parse(arguments)
    reports: list[dict[str, Any]] = []
    try:
        say("Loading the demo and training a model.")
        with prepared(fixtures=options.predictions) as service:
            for policy in options.policy or POLICIES:
                for cap in (True, False):
                    reports.append(_measure(service, options, policy, cap=cap))
                    say(f"{policy}, {'with' if cap else 'without'} the cap: done in {reports[-1]['seconds']:.0f} s.")
    except (BenchError, StartError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    lines = [json.dumps(reports)] if options.json else [_line(report) for report in reports]
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    recommended = [report for report in reports if report["policy"] == RECOMMENDED_POLICY]
    return 1 if any(report["kept"] < FEWEST_KEPT * report["predictions"] for report in recommended) else 0


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m bench.flood",
        description="Count the predictions that survive a flood of unknown ids.",
        epilog="Example: python -m bench.flood --policy volatile-ttl --flood 30000 --predictions 1000. "
        f"Exit code: 0 with {RECOMMENDED_POLICY} {FEWEST_KEPT:.0%} or more are kept, 1 fewer, 2 not measured.",
    )
    parser.add_argument("--policy", action="append", choices=POLICIES, help="only this one (may be repeated)")
    parser.add_argument("--flood", type=int, default=300_000, help="how many unknown ids (default: 300000)")
    parser.add_argument("--predictions", type=int, default=10_000, help="how many predictions (default: 10000)")
    parser.add_argument("--maxmemory", type=float, default=1.25, help="times what they fill (default: 1.25)")
    parser.add_argument("--redis", action="store_true", help="on the installed redis-server, not the embedded Valkey")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    options = parser.parse_args(arguments)
    options.program = shutil.which("redis-server") if options.redis else None
    if options.redis and options.program is None:
        parser.error("--redis needs a redis-server on the PATH.")
    return options


def _measure(service: Service, options: argparse.Namespace, policy: str, *, cap: bool) -> dict[str, Any]:
    with server(options.program, maxmemory_policy=policy) as redis:
        sizes = (str(options.predictions), str(options.flood), "--maxmemory", str(options.maxmemory))
        report = service.run("bench.flooding", *sizes, *([] if cap else ["--no-cap"]), redis=redis)
    return {"policy": policy, "cap": cap, **report}


def _line(report: Mapping[str, Any]) -> str:
    return (
        f"{report['policy']:13} {'cap' if report['cap'] else 'no cap':7}"
        f"{report['kept']:>7,} of {report['predictions']:,} predictions kept"
        f" ({report['kept'] / report['predictions']:.1%}), {report['evicted']:,} keys evicted,"
        f" {report['hits'] / report['reads']:.1%} of reads were hits, {report['seconds']:.0f} s"
    )


if __name__ == "__main__":
    sys.exit(main())
