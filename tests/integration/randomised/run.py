"""A run: readers, a writer, and what happens to Redis meanwhile; then the verdict on every answer."""

from __future__ import annotations

import contextlib
import json
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from math import inf
from pathlib import Path

from django.conf import settings as django_settings

from predictor_site.embedded.process import ChildProcess
from tests.integration.database import Database
from tests.integration.randomised.board import WRITER, Board
from tests.integration.randomised.faults import Faults
from tests.integration.randomised.judge import History
from tests.integration.randomised.process import READERS, SETTINGS, THREADS, Run
from tests.integration.randomised.reader import Read
from tests.integration.randomised.writer import Written
from tests.integration.servers import RedisServer
from tests.predictor_site.processes import PROJECT, environment, eventually

FAILED = "failed with"
FAULTS_PER_WRITE = 4.0
START_SECONDS, END_SECONDS = 90.0, 20.0
SECONDS_BETWEEN_LOOKS = 3.0


@dataclass
class Verdict:
    seed: int
    steps: int
    seconds: float
    writes: Counter[str]
    owed: int
    """Writes whose purge had to wait for Redis."""
    faults: Counter[str]
    never_settled: list[str]
    """What was still owed long after Redis was back."""
    settled_within: list[float]
    """After each return of Redis: seconds until all that was owed was purged."""
    reads: Counter[str]
    wrong: list[tuple[str, Read]] = field(default_factory=list)

    def __str__(self) -> str:
        lines = [
            f"seed {self.seed}: {self.steps} steps in {self.seconds:.1f} s",
            f"{self.writes.total()} writes, {self.owed} of them owed: {dict(self.writes.most_common())}",
            f"{self.faults.total()} faults: {dict(self.faults.most_common())}",
            *(f"never settled: {what}" for what in self.never_settled),
            f"settled within {max(self.settled_within, default=0.0):.2f} s",
            f"{self.reads.total()} answers: {dict(self.reads.most_common())}",
            f"{len(self.wrong)} wrong: {dict(Counter(wrong.rpartition(' because of ')[2] for wrong, _ in self.wrong))}",
            *(f"  {wrong}: {read}" for wrong, read in self.wrong[:10]),
        ]
        return "\n".join(lines)


def run(
    *, database: Database, redis: RedisServer, seed: int, steps: int, mutant: str = "", within: float = inf
) -> Verdict:
    """At least so many steps. A mutant's run ends as soon as anything is wrong.

    And no later than `within` seconds after everybody has started.
    """
    with tempfile.TemporaryDirectory(prefix="predictor-run-") as folder, ExitStack() as processes:
        told = Run(Path(folder), seed, threads=THREADS, mutant=mutant)
        board = Board.create(told.board)
        started = _start(told, board, _environment(told, database, redis), processes)
        begun = look = time.monotonic()
        faults = Faults(redis, database, board, random.Random(seed))
        while board.steps + faults.steps < steps:
            _check(started)
            if faults.steps <= FAULTS_PER_WRITE * board.steps_of(WRITER):
                faults.another()
            else:
                time.sleep(0.01)
            now = time.monotonic()
            if now > begun + within:
                break
            if mutant and now > look + SECONDS_BETWEEN_LOOKS:
                if faults.never_settled or _told_wrong(_wrong_answers(told)[2]):
                    break
                look = time.monotonic()
        faults.end()
        seconds = time.monotonic() - begun
        board.stop()
        for process in started:
            _wait(process)
        history, reads, wrong = _wrong_answers(told, all_written=True)
        return Verdict(
            seed=seed,
            steps=board.steps + faults.steps,
            seconds=seconds,
            writes=history.writes,
            owed=history.owed,
            faults=faults.injected,
            never_settled=faults.never_settled,
            settled_within=faults.settled_within,
            reads=Counter(map(_kind, reads)),
            wrong=_told_wrong(wrong) if mutant else wrong,
        )


def _wrong_answers(told: Run, *, all_written: bool = False) -> tuple[History, list[Read], list[tuple[str, Read]]]:
    """Of the answers so far, those that are wrong, the earliest first.

    While there is a writer, only those are judged that came before what it is about to write down.
    """
    history = History(map(Written.load, _lines(told.history)))
    reads = [Read.load(line) for thread in range(READERS * THREADS) for line in _lines(told.reads(thread))]
    judged = reads if all_written else [read for read in reads if read.ended < history.last_begun]
    wrong = [(what, read) for read in judged if (what := _wrong(history, read))]
    return history, reads, sorted(wrong, key=lambda each: each[1].begun)


def _told_wrong(wrong: list[tuple[str, Read]]) -> list[tuple[str, Read]]:
    """Those who were told something wrong. That a mutant fails in another way would prove nothing."""
    return [(what, read) for what, read in wrong if not what.startswith(FAILED)]


def _environment(told: Run, database: Database, redis: RedisServer) -> dict[str, str]:
    return environment(
        DATABASE_URL=database.url,
        REDIS_URL=redis.url,
        SECRET_KEY=django_settings.SECRET_KEY,
        STATE_DIR=str(database.state),
        DJANGO_SETTINGS_MODULE="tests.integration.web_settings",
        TEST_SETTINGS=json.dumps(SETTINGS),
        RUN=told.dump(),
        OMP_NUM_THREADS="1",
        OPENBLAS_NUM_THREADS="1",
    )


def _start(told: Run, board: Board, env: dict[str, str], processes: ExitStack) -> list[_Process]:
    kinds = dict.fromkeys(range(READERS), "reader") | {READERS: "writer"}
    started = [processes.enter_context(_process(kind, number, told.folder, env)) for number, kind in kinds.items()]
    _until(lambda: all(map(board.is_ready, kinds)), started, START_SECONDS)
    return started


def _lines(file: Path) -> list[str]:
    """The whole ones, while somebody may be writing another."""
    return file.read_text().split("\n")[:-1] if file.exists() else []


def _wrong(history: History, read: Read) -> str:
    if read.source == "overloaded":
        return ""
    return history.wrong(read) if read.source in ("hit", "stale", "miss", "bypass") else f"{FAILED} {read.source}"


def _kind(read: Read) -> str:
    if read.said is None:
        return f"{read.source}, absent" if read.source in ("hit", "stale", "miss", "bypass") else read.source
    kind = "" if read.said.kind == "before" else f", {read.said.kind}"
    return f"{'collapsed' if read.collapsed else read.source}{kind}"


@dataclass
class _Process:
    name: str
    child: ChildProcess
    log: Path


@contextlib.contextmanager
def _process(kind: str, number: int, folder: Path, env: dict[str, str]) -> Iterator[_Process]:
    name = f"{kind}-{number}"
    log = folder / f"{name}.log"
    command = [sys.executable, "-m", "tests.integration.randomised.process", kind, str(number)]
    child = ChildProcess(command, pidfile=folder / f"{name}.pid", env=env, cwd=PROJECT, log=log)
    try:
        yield _Process(name, child, log)
    finally:
        child.stop(within=5.0)


def _check(processes: list[_Process]) -> None:
    for process in processes:
        assert process.child.poll() is None, f"{process.name} has ended:\n{process.log.read_text()[-3000:]}"


def _wait(process: _Process) -> None:
    deadline = time.monotonic() + END_SECONDS
    while process.child.poll() is None and time.monotonic() < deadline:
        time.sleep(0.05)
    if process.child.poll() is None:
        # faulthandler says what all its threads are waiting for.
        process.child.send_signal(signal.SIGABRT)
        process.child.wait()
    assert process.child.poll() == 0, f"{process.name} did not end well:\n{process.log.read_text()[-20000:]}"


def _until(condition: Callable[[], bool], processes: list[_Process], within: float) -> None:
    def done() -> bool:
        _check(processes)
        return condition()

    eventually(done, within=within)
