"""`make run` as a whole, on an empty database: real servers, real signals."""

from __future__ import annotations

import contextlib
import http.client
import os
import shlex
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from predictor_site.embedded.valkey import answers
from tests.predictor_site.processes import (
    all_gone,
    descendants,
    environment,
    eventually,
    kill,
    output,
    read_until,
    started,
)

RUN = ("-m", "predictor_site.run", "--no-demo")


@dataclass
class Run:
    """A run that serves."""

    process: subprocess.Popen[str]
    port: int
    state: Path
    said: str

    @property
    def family(self) -> dict[int, str]:
        return descendants(self.process.pid)

    @property
    def workers(self) -> set[int]:
        """granian's, whose command line is that of their master."""
        servers = {pid for pid, command in self.family.items() if "granian" in command}
        return servers - {self.master}

    @property
    def valkey(self) -> int:
        """Its process id; 0 while the supervisor is between two of them."""
        try:
            return int((self.state / "valkey.pid").read_text() or 0)
        except FileNotFoundError:
            return 0

    @property
    def master(self) -> int:
        return int((self.state / "granian.pid").read_text())

    @property
    def socket(self) -> Path:
        return self.state / "valkey.sock"

    def healthy(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def _serving(*command: str) -> Iterator[Run]:
    with tempfile.TemporaryDirectory(prefix="predictor-run-") as folder:
        port, state = _free_port(), Path(folder)
        with started(*(command or RUN), env=environment(PORT=str(port), STATE_DIR=folder)) as process:
            run = Run(process, port, state, read_until(process, "Try: curl"))
            family = run.family
            try:
                yield run
            finally:
                kill(family)


@pytest.fixture(scope="module")
def run() -> Iterator[Run]:
    """One run for all tests that leave it serving."""
    with _serving() as run:
        yield run


def test_it_says_where_it_serves_and_what_it_lacks(run: Run) -> None:
    assert f"Predictor serves http://127.0.0.1:{run.port}/ — Ctrl-C stops it." in run.said
    assert "Not everything is ready: model: None is active" in run.said


def test_its_cache_is_the_valkey_it_brings(run: Run) -> None:
    assert answers(run.socket)
    assert len(run.workers) >= 2


def test_a_killed_worker_is_replaced_and_service_goes_on(run: Run) -> None:
    before, master = run.workers, run.master
    os.kill(min(before), signal.SIGKILL)
    eventually(lambda: len(run.workers - {min(before)}) == len(before))
    eventually(run.healthy)
    assert run.master == master


def test_a_killed_valkey_is_brought_back(run: Run) -> None:
    first = run.valkey
    os.kill(first, signal.SIGKILL)
    eventually(lambda: run.valkey not in (0, first) and answers(run.socket))
    assert run.healthy()


def test_a_second_run_in_the_folder_is_one_line_and_harms_nothing(run: Run) -> None:
    before = run.family
    with started(*RUN, env=environment(PORT=str(_free_port()), STATE_DIR=str(run.state))) as second:
        said = output(second)
    assert said.startswith(f"Predictor already runs in this folder (process {run.process.pid}, ")
    assert said.count("\n") == 1
    assert second.returncode == 1
    assert run.family.keys() == before.keys()


def test_a_port_in_use_is_one_line_before_any_work(run: Run, tmp_path: Path) -> None:
    with started(*RUN, env=environment(PORT=str(run.port), STATE_DIR=str(tmp_path / "var"))) as second:
        said = output(second)
    assert said.startswith(f"Port {run.port} is in use.")
    assert said.count("\n") == 1
    assert not (tmp_path / "var").exists()


def test_a_database_that_does_not_answer_ends_it_with_one_line_and_no_process(tmp_path: Path) -> None:
    env = environment(PORT=str(_free_port()), STATE_DIR=str(tmp_path), DATABASE_URL="postgres://me@127.0.0.1:1/none")
    with started(*RUN, env=env) as process:
        said = output(process)
    assert process.returncode == 1
    assert said.splitlines()[0].startswith("  Starting Valkey")
    assert said.splitlines()[1].startswith("The database does not answer")
    assert said.count("\n") == 2
    assert not answers(tmp_path / "valkey.sock")


def test_asked_to_end_it_leaves_no_process() -> None:
    with _serving() as run:
        family = run.family
        run.process.send_signal(signal.SIGINT)
        assert run.process.wait(timeout=30) == 0
        assert all_gone(family)
        assert {path.name for path in run.state.iterdir() if path.suffix in {".pid", ".sock"}} == set()


def test_asked_to_end_while_it_prepares_it_leaves_no_process() -> None:
    with (
        tempfile.TemporaryDirectory(prefix="predictor-run-") as folder,
        started(*RUN, env=environment(PORT=str(_free_port()), STATE_DIR=folder)) as process,
    ):
        eventually(lambda: (Path(folder) / "preparation.pid").exists())
        family = descendants(process.pid)
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=30) == 0
        assert all_gone(family)


def test_with_a_redis_of_ones_own_it_brings_none(tmp_path: Path) -> None:
    env = environment(PORT=str(_free_port()), STATE_DIR=str(tmp_path), REDIS_URL=os.environ["REDIS_URL"])
    with started(*RUN, env=env) as process:
        read_until(process, "Try: curl")
        assert not any("valkey-server" in command for command in descendants(process.pid).values())
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == 0


if sys.platform == "linux":

    def test_killed_it_leaves_no_process() -> None:
        with _serving() as run:
            family = run.family
            assert len(family) >= 4  # Valkey, granian, two workers
            run.process.kill()
            eventually(lambda: all_gone(family))

    def test_it_ends_when_the_make_that_started_it_is_killed() -> None:
        command = f"{shlex.join([sys.executable, *RUN])} --die-with-parent $$"
        script = f"import subprocess, os; subprocess.run(['/bin/sh', '-c', {command!r} + ' & wait'])"
        with _serving("-c", script) as run:
            family = run.family
            shell = next(pid for pid, line in family.items() if line.startswith("/bin/sh"))
            os.kill(shell, signal.SIGKILL)
            eventually(lambda: all_gone(family))
