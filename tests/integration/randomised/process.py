"""A process of a run: the service's settings with short times, a mutant if there is to be one, and random pauses.

    python -m tests.integration.randomised.process reader 2

The environment names its servers and the folder of the run.
"""

from __future__ import annotations

import contextlib
import faulthandler
import json
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

READERS, THREADS = 3, 4
"""How many processes read, and with how many threads each."""

SETTINGS: Mapping[str, Any] = {
    "FEATURES_TTL": 3.0,
    "ABSENCE_TTL": 2.0,
    "STALE_GRACE": 0.7,
    "LEASE_SECONDS": 0.2,
    "WAIT_SECONDS": 5.0,
    "MOST_COMPUTATIONS": 4,
    "MOST_WAITERS": 10,
    "BREAKER_SECONDS": 0.2,
    "DRAIN_SECONDS": 0.2,
}


@dataclass(frozen=True, slots=True)
class Run:
    """What the processes of a run are told."""

    folder: Path
    seed: int
    threads: int
    """Of each reader."""
    mutant: str = ""

    def dump(self) -> str:
        return json.dumps(asdict(self) | {"folder": str(self.folder)})

    @classmethod
    def load(cls, text: str) -> Run:
        told = json.loads(text)
        return cls(**told | {"folder": Path(told["folder"])})

    @property
    def board(self) -> Path:
        return self.folder / "board"

    @property
    def history(self) -> Path:
        return self.folder / "history"

    def reads(self, thread: int) -> Path:
        return self.folder / f"reads-{thread}"


def main() -> None:
    kind, number = sys.argv[1], int(sys.argv[2])
    run = Run.load(os.environ["RUN"])
    faulthandler.enable()
    import django

    django.setup()

    from tests.integration import mutants
    from tests.integration.randomised import reader, writer
    from tests.integration.randomised.jitter import Jitter

    jitter = Jitter(f"{run.seed} {kind} {number}")
    work: Mapping[str, Callable[[Run, int, Jitter], None]] = {"reader": reader.work, "writer": writer.work}
    with mutants.MUTANTS[run.mutant]() if run.mutant else contextlib.nullcontext(), jitter.everywhere():
        work[kind](run, number, jitter)


if __name__ == "__main__":
    main()
