"""A process that answers: several threads that ask the service for matches, and write down what they were told."""

from __future__ import annotations

import json
import threading
import time
import traceback
from random import Random
from typing import NamedTuple

from django.utils import timezone

from predictions import drainer, services
from predictions.cache.admission import Overloaded
from predictions.cache.answers import Answer
from tests.integration.randomised.board import WRITER, Board
from tests.integration.randomised.jitter import Jitter
from tests.integration.randomised.process import READERS, Run
from tests.integration.randomised.said import Said, said

HOT = 3
# Ids above those given so far: there is no such match yet.
NEXT = 3
# How many questions are asked to one change, however slow the machine is.
READS_PER_WRITE = 18
SECONDS_BETWEEN = 0.08


class Read(NamedTuple):
    """One answer to one question. `begun` and `ended` by the clock that all processes share, in ns."""

    begun: int
    ended: int
    asked_at: float
    """What the service was told is the time, in seconds since 1970."""
    answered_at: float
    match_id: int
    source: str
    """Of the service's answer; or `overloaded`, or the name of an exception."""
    collapsed: bool = False
    ttl: float = 0.0
    """How long the entry was to be fresh, in seconds."""
    stale_until: float = 0.0
    said: Said | None = None

    def dump(self) -> str:
        return json.dumps(self) + "\n"

    @classmethod
    def load(cls, line: str) -> Read:
        read = cls._make(json.loads(line))
        return read._replace(said=read.said and Said._make(read.said))


def work(run: Run, number: int, jitter: Jitter) -> None:
    """Until the board says stop."""
    board = Board(run.board)
    drainer.start()
    while not board.ids:
        time.sleep(0.01)  # the writer has not begun
    services.predict(board.ids[0], now=timezone.now())
    threads = [
        threading.Thread(target=_ask_on, args=(run, board, jitter, thread), name=f"reader {thread}")
        for thread in range(number * run.threads, (number + 1) * run.threads)
    ]
    board.ready(number)
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _ask_on(run: Run, board: Board, jitter: Jitter, number: int) -> None:
    random = jitter.random
    pace = READS_PER_WRITE / (READERS * run.threads)
    with run.reads(number).open("w", buffering=1) as log:
        while not board.stopped:
            time.sleep(random.expovariate(1 / SECONDS_BETWEEN))
            if board.steps_of(number) > pace * (board.steps_of(WRITER) + 1):
                continue
            log.write("".join(read.dump() for read in _ask(_choose(board, random))))
            board.step(number)


def _choose(board: Board, random: Random) -> list[int]:
    known, latest = board.ids, board.latest

    def one() -> int:
        kind = random.random()
        if kind < 0.5:
            return known[random.randrange(HOT)]
        return random.choice(known) if kind < 0.85 else latest + random.randint(1, NEXT)

    return list({one() for _ in range(random.randint(2, 10) if random.random() < 0.3 else 1)})


def _ask(ids: list[int]) -> list[Read]:
    now, begun = timezone.now(), time.monotonic_ns()
    answers: dict[int, Answer] = {}
    error = ""
    try:
        answers = services.predict_many(ids, now=now)
    except Overloaded:
        error = "overloaded"
    except Exception as problem:
        traceback.print_exc()
        error = type(problem).__name__
    ended, later = time.monotonic_ns(), time.time()
    if error:
        return [Read(begun, ended, now.timestamp(), later, match_id, error) for match_id in ids]
    return [
        Read(
            begun,
            ended,
            now.timestamp(),
            later,
            match_id,
            answer.source.value,
            answer.collapsed,
            answer.entry.fresh_until - answer.entry.stored_at,
            answer.entry.stale_until,
            said(answer.entry.body),
        )
        for match_id, answer in answers.items()
    ]
