"""Asks a running server all that its own description allows, and much that it does not, and judges every answer.

    python -m tests.integration.conformance.fuzzing http://127.0.0.1:8000 known.json --examples 20 --key pk_…

In a process of its own: schemathesis has settings, and warnings, that are no business of the tests around it. Prints a
JSON object: `operations` says for each how many cases there were and which statuses, `failures` what was not as
described.
"""

from __future__ import annotations

import argparse
import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import schemathesis
from schemathesis import Case, CheckContext, Response, engine
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events
from schemathesis.engine.recorder import ScenarioRecorder

from tests.integration.conformance.sense import Known, Sense
from tests.integration.conformance.strictness import JSON, Strict

# All checks are on. Here a request that is in order may be answered with these too: 406 and 412 tell of the request's
# headers, which schemathesis makes up freely.
ACCEPTED = ["2xx", "3xx", "401", "403", "404", "406", "409", "412", "429"]


def configuration(known: Known, *, key: str | None, examples: int, coverage: bool, seed: int) -> SchemathesisConfig:
    dictionaries = {"spare": known.spare} | {_word(name): values for name, values in known.bindings.items()}
    config: dict[str, Any] = {
        "seed": seed,
        "workers": 1,
        "request-timeout": 30,
        "continue-on-failure": True,
        "cache": {"enabled": False},
        "checks": {"positive_data_acceptance": {"expected-statuses": ACCEPTED}},
        "generation": {"max-examples": examples, "no-shrink": True},
        # The examples are of the demo's football, which is not here; tests/rest/test_schema.py looks at them.
        "phases": {"coverage": {"enabled": coverage}, "examples": {"enabled": False}},
        "dictionaries": {name: {"values": values} for name, values in dictionaries.items()},
        "parameters": {name: {"dictionary": _word(name), "probability": 0.7} for name in known.bindings},
        "operations": [
            {
                "include-method": "PATCH",
                "parameters": {"path.match_id": {"dictionary": "spare", "probability": 0.7}},
            },
            # Nothing can be asked of it: after a few cases all others are wrong ones.
            {"include-path": "/api/v1/", "generation": {"max-examples": 10}},
        ],
    }
    if key:
        config["auth"] = {"openapi": {"apiKey": {"bearer": key}}}
    return SchemathesisConfig.from_dict(config)


def _word(name: str) -> str:
    return re.sub(r"\W", "_", name)


class Tally:
    """What was asked and what came of it, by operation."""

    def __init__(self) -> None:
        self.statuses: dict[str, Counter[int]] = {}
        self.succeeded: Counter[str] = Counter()
        self.failures: dict[str, dict[str, Any]] = {}
        self.errors: list[str] = []

    def take(self, event: events.EngineEvent) -> None:
        match event:
            case events.ScenarioFinished(recorder=recorder):
                self._record(recorder)
            case events.NonFatalError(label=label, info=info):
                self.errors.append(f"{label}: {info.title}: {info.message}")
            case events.FatalError(exception=exception):
                self.errors.append(repr(exception))

    def _record(self, recorder: ScenarioRecorder) -> None:
        for case_id, interaction in recorder.interactions.items():
            case = recorder.cases[case_id].value
            if interaction.response is None:
                self.errors.append(f"{case.operation.label}: no answer to {interaction.request.uri}")
                continue
            status = interaction.response.status_code
            self.statuses.setdefault(case.operation.label, Counter())[status] += 1
            # What is tried with another method, such as OPTIONS, is no success of this one.
            self.succeeded[case.operation.label] += 200 <= status < 300 and case.method == case.operation.method.upper()
            for check in recorder.checks.get(case_id, []):
                if check.failure_info is not None:
                    failure = check.failure_info.failure
                    self.failures.setdefault(
                        f"{case.operation.label}: {check.name}: {failure.title}",
                        {
                            "message": failure.message[:800],
                            "request": check.failure_info.code_sample[:800],
                            "status": status,
                            "answer": interaction.response.text[:800],
                        },
                    )

    def as_json(self) -> dict[str, Any]:
        return {
            "operations": {
                label: {
                    "cases": statuses.total(),
                    "succeeded": self.succeeded[label],
                    "statuses": dict(sorted(statuses.items())),
                }
                for label, statuses in sorted(self.statuses.items())
            },
            "failures": self.failures,
            "errors": self.errors,
        }


def run(url: str, config: SchemathesisConfig) -> Tally:
    schema = schemathesis.openapi.from_url(f"{url}/api/schema/", config=config)
    schema.config.update(base_url=url)
    _forbid_what_is_not_described(Strict(schema.raw_schema))
    tally = Tally()
    for event in engine.from_schema(schema).execute():
        tally.take(event)
    return tally


def _forbid_what_is_not_described(strict: Strict) -> None:
    """One more check."""

    @schemathesis.check
    def all_is_described(ctx: CheckContext, response: Response, case: Case[Any]) -> None:
        operation = case.operation
        # Not for another method, such as OPTIONS, which is tried there too.
        if (
            case.method != operation.method.upper()
            or operation.responses.find_by_status_code(response.status_code) is None
        ):
            return
        content_type = "".join(response.headers.get("content-type", []))
        if response.status_code in (200, 201) and content_type == JSON:
            status = str(response.status_code)
            complaints = strict.complaints(operation.method, operation.path, response.json(), status=status)
            assert not complaints, "\n".join(complaints)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("url")
    parser.add_argument("known", type=Path, help="a file with JSON: what there is on the server, see Known")
    parser.add_argument("--key", help="an API key, for what needs one")
    parser.add_argument("--examples", type=int, default=20, help="cases for each operation in each kind of generation")
    parser.add_argument("--no-coverage", action="store_true", help="leave out the phase that goes through all borders")
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    known = Known(**json.loads(asked.known.read_text()))
    Sense(known).register()
    config = configuration(
        known, key=asked.key, examples=asked.examples, coverage=not asked.no_coverage, seed=asked.seed
    )
    print(json.dumps(run(asked.url, config).as_json(), indent=1))  # noqa: T201


if __name__ == "__main__":
    main()
