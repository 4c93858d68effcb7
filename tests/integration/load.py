"""Clients over HTTP: many that ask at the same instant, or a few that go on asking, whatever happens meanwhile.

Each has a connection that is kept open. One that breaks, and an answer that takes longer than `timeout`, is a failure;
nobody tries again.
"""

from __future__ import annotations

import contextlib
import http.client
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self

from tests.integration.web import WebServer

HELLO = "/healthz"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one request. Times are those of `time.monotonic`."""

    kind: str
    """Who asked: a name of the test's."""
    path: str
    begun: float
    ended: float
    status: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)
    """By their names in small letters."""
    body: bytes = b""
    error: str = ""
    """Why there is no answer."""

    @property
    def seconds(self) -> float:
        return self.ended - self.begun

    @property
    def worker(self) -> int:
        """The process that answered."""
        return int(self.headers["x-worker"])

    @property
    def how(self) -> str:
        """The Cache-Status without its number; for what has none, the status code; for what failed, the error."""
        status = self.headers.get("cache-status", "").removeprefix("predictor; ").partition("; ttl")[0]
        return self.error or status or str(self.status)


class Client:
    """One connection, made at once. Not for two threads at a time."""

    def __init__(self, web: WebServer, *, kind: str = "", timeout: float = 30.0) -> None:
        self.kind = kind
        self._timeout = timeout
        self._connection = http.client.HTTPConnection("127.0.0.1", web.port, timeout=timeout)
        self.worker = self.get(HELLO).worker

    def get(self, path: str) -> Answer:
        """Ask. Raises nothing."""
        begun = time.monotonic()
        try:
            self._connection.request("GET", path)
            response = self._connection.getresponse()
            headers = {name.lower(): value for name, value in response.getheaders()}
            body = response.read()
        except (OSError, http.client.HTTPException) as error:
            self._connection.close()
            return Answer(self.kind, path, begun, time.monotonic(), error=type(error).__name__)
        ended = time.monotonic()
        late = "late" if ended - begun > self._timeout else ""
        return Answer(self.kind, path, begun, ended, response.status, headers, body, late)

    def close(self) -> None:
        self._connection.close()


@contextlib.contextmanager
def clients(web: WebServer, n: int, *, timeout: float = 30.0) -> Iterator[list[Client]]:
    """So many that are connected already, the same number to each worker."""
    workers = web.workers()
    share = Counter(dict.fromkeys(workers, n // len(workers)))
    with contextlib.ExitStack() as stack:
        connected: list[Client] = []
        deadline = time.monotonic() + 30
        while len(connected) < n:
            assert time.monotonic() < deadline, f"of {n} clients these found no place: {share}"
            client = Client(web, timeout=timeout)
            # Who accepts a connection, the kernel decides.
            if share[client.worker] > 0:
                share[client.worker] -= 1
                connected.append(client)
                stack.callback(client.close)
            else:
                client.close()
        yield connected


class Stampede:
    """Clients that each ask for a path, all let go at the same instant."""

    def __init__(self, crowd: Sequence[Client], paths: Sequence[str]) -> None:
        self._barrier = threading.Barrier(len(crowd) + 1)
        self._answers: list[Answer] = []
        self._threads = [
            threading.Thread(target=self._ask, args=(client, path), daemon=True)
            for client, path in zip(crowd, paths, strict=True)
        ]

    def start(self) -> None:
        """Let them go; returns when they have been."""
        for thread in self._threads:
            thread.start()
        self._barrier.wait(30)

    @property
    def answered(self) -> int:
        """How many have been so far."""
        return len(self._answers)

    def answers(self) -> list[Answer]:
        """Wait for all of them."""
        for thread in self._threads:
            thread.join(60)
        assert len(self._answers) == len(self._threads)
        return self._answers

    def _ask(self, client: Client, path: str) -> None:
        self._barrier.wait(30)
        self._answers.append(client.get(path))


def stampede(crowd: Sequence[Client], paths: Sequence[str]) -> list[Answer]:
    """What each client is answered."""
    rush = Stampede(crowd, paths)
    rush.start()
    return rush.answers()


class SteadyLoad:
    """Clients that ask, each `pause` seconds after its last answer, until the block is left.

    with SteadyLoad(web, {"warm": 3}, paths={"warm": next_warm}) as load: ...
    """

    def __init__(
        self,
        web: WebServer,
        n: Mapping[str, int],
        *,
        paths: Mapping[str, Callable[[], str]],
        timeout: float,
        pause: float,
    ) -> None:
        self._web = web
        self._paths = paths
        self._pause = pause
        self._clients = [Client(web, kind=kind, timeout=timeout) for kind in n for _ in range(n[kind])]
        self._done = threading.Event()
        self._threads = [threading.Thread(target=self._go_on, args=(client,), daemon=True) for client in self._clients]
        self.answers: list[Answer] = []

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        for thread in self._threads:
            thread.join(30)
        for client in self._clients:
            client.close()

    def run(self, seconds: float) -> tuple[float, float]:
        """Let it go on for so long: from when to when that was."""
        begin = time.monotonic()
        time.sleep(seconds)
        return begin, time.monotonic()

    def _go_on(self, client: Client) -> None:
        while not self._done.wait(self._pause):
            self.answers.append(client.get(self._paths[client.kind]()))


def within(answers: Sequence[Answer], period: tuple[float, float], kind: str = "") -> list[Answer]:
    """Those asked for and answered between two moments."""
    begin, end = period
    return [each for each in answers if begin <= each.begun and each.ended <= end and kind in ("", each.kind)]


def summary(answers: Sequence[Answer]) -> str:
    """How many there are of each sort, and how long they took."""
    sorts = Counter(f"{each.kind} {each.how}".strip() for each in answers)
    times = sorted(each.seconds for each in answers) or [0.0]
    figures = f"median {1000 * times[len(times) // 2]:.0f} ms, longest {1000 * times[-1]:.0f} ms"
    return f"{len(answers)} answers, {figures}: " + ", ".join(f"{n} {sort}" for sort, n in sorted(sorts.items()))
