"""A few numbers that all processes of a run share: which matches there are, how far everybody is, and when to stop."""

from __future__ import annotations

import mmap
import struct
from collections.abc import Sequence
from pathlib import Path

SLOTS = 64
MOST_THREADS = 64
# The writer's number among the threads.
WRITER = MOST_THREADS - 1
_STOP, _LATEST, _SIZE, _SLOTS, _READY, _STEPS = 0, 1, 2, 3, 3 + SLOTS, 3 + SLOTS + MOST_THREADS
_NUMBERS = _STEPS + MOST_THREADS


class Board:
    """Numbers of eight bytes in a file, each written by one thread only."""

    def __init__(self, path: Path) -> None:
        with path.open("r+b") as file:
            self._memory = mmap.mmap(file.fileno(), 8 * _NUMBERS)

    @classmethod
    def create(cls, path: Path) -> Board:
        path.write_bytes(bytes(8 * _NUMBERS))
        return cls(path)

    @property
    def stopped(self) -> bool:
        return self._get(_STOP) == 1

    def stop(self) -> None:
        self._set(_STOP, 1)

    @property
    def latest(self) -> int:
        """The highest id that was ever given to a match: the next ones will be those above."""
        return self._get(_LATEST)

    @property
    def ids(self) -> list[int]:
        """Matches to be asked for; the first ones more often than the others. Some may be gone."""
        return [self._get(_SLOTS + number) for number in range(self._get(_SIZE))]

    def show(self, ids: Sequence[int], *, latest: int) -> None:
        for number, match_id in enumerate(ids[:SLOTS]):
            self._set(_SLOTS + number, match_id)
        self._set(_SIZE, min(len(ids), SLOTS))
        self._set(_LATEST, latest)

    def ready(self, process: int) -> None:
        self._set(_READY + process, 1)

    def is_ready(self, process: int) -> bool:
        return self._get(_READY + process) == 1

    def step(self, thread: int) -> None:
        """One more step is done."""
        self._set(_STEPS + thread, self._get(_STEPS + thread) + 1)

    @property
    def steps(self) -> int:
        return sum(self._get(_STEPS + thread) for thread in range(MOST_THREADS))

    def steps_of(self, thread: int) -> int:
        return self._get(_STEPS + thread)

    def _get(self, index: int) -> int:
        return int(struct.unpack_from("q", self._memory, 8 * index)[0])

    def _set(self, index: int, number: int) -> None:
        struct.pack_into("q", self._memory, 8 * index, number)
