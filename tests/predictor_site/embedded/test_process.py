"""Children end with their parent, in order when asked, and are found again when they were left behind."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import pytest

from predictor_site.embedded.process import ChildProcess
from tests.predictor_site.processes import alive, eventually, output, read_until, started

SLEEP = [sys.executable, "-c", "import time; print('up', flush=True); time.sleep(600)"]
STUBBORN = [
    sys.executable,
    "-c",
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(600)",
]
# Starts a child that starts one itself, says both numbers, and waits.
PARENT = """
import sys, time
from pathlib import Path
from predictor_site.embedded.process import ChildProcess
child = ChildProcess({command!r}, pidfile=Path({pidfile!r}), {options})
print("child", child.pid, flush=True)
time.sleep(600)
"""


def _up(log: Path) -> bool:
    return log.exists() and "up" in log.read_text()


if sys.platform == "linux":

    def test_a_child_dies_with_a_parent_that_is_killed(tmp_path: Path) -> None:
        log = tmp_path / "log"
        script = PARENT.format(command=STUBBORN, pidfile=str(tmp_path / "pid"), options=f"log=Path({str(log)!r})")
        with started("-c", script) as parent:
            child = int(read_until(parent, "child").split()[-1])
            eventually(lambda: _up(log))
            assert alive(child)
            parent.kill()
            eventually(lambda: not alive(child))

    def test_a_child_whose_parent_died_before_it_could_ask_dies_at_once(tmp_path: Path) -> None:
        # A parent that is known by another number than ours is gone.
        script = "from predictor_site.embedded.process import die_with_parent; die_with_parent(1); print('lives on')"
        with started("-c", script) as process:
            assert output(process) == ""
            assert process.returncode == -signal.SIGKILL


def test_a_child_left_behind_is_ended_by_the_next_run(tmp_path: Path) -> None:
    pidfile, log = tmp_path / "pid", tmp_path / "left.log"
    options = f"death_signal=None, log=Path({str(log)!r})"
    with started("-c", PARENT.format(command=SLEEP, pidfile=str(pidfile), options=options)) as parent:
        left = int(read_until(parent, "child").split()[-1])
        eventually(lambda: _up(log))
        parent.kill()
        parent.wait()
    assert alive(left)
    child = ChildProcess(SLEEP, pidfile=pidfile, log=tmp_path / "log")
    try:
        assert not alive(left)
        assert alive(child.pid)
    finally:
        child.stop()


def test_a_stale_pidfile_harms_nobody(tmp_path: Path) -> None:
    pidfile = tmp_path / "pid"
    with started(*SLEEP[1:]) as bystander:
        read_until(bystander, "up")
        pidfile.write_text(str(bystander.pid))
        ChildProcess(SLEEP, pidfile=pidfile, log=tmp_path / "log").stop()
        assert bystander.poll() is None


def test_a_child_is_in_a_session_of_its_own(tmp_path: Path) -> None:
    child = ChildProcess(SLEEP, pidfile=tmp_path / "pid", log=tmp_path / "log")
    try:
        assert os.getsid(child.pid) == child.pid != os.getsid(0)
    finally:
        child.stop()


def test_stopping_asks_first(tmp_path: Path) -> None:
    child = ChildProcess(SLEEP, pidfile=tmp_path / "pid", log=tmp_path / "log")
    child.stop()
    assert child.poll() == -signal.SIGTERM
    assert not (tmp_path / "pid").exists()


def test_a_child_that_does_not_listen_is_killed_in_time(tmp_path: Path) -> None:
    child = ChildProcess(STUBBORN, pidfile=tmp_path / "pid", log=tmp_path / "log")
    eventually(lambda: _up(tmp_path / "log"))
    child.stop(within=0.1)
    assert child.poll() == -signal.SIGKILL


def test_the_children_of_a_killed_child_go_too(tmp_path: Path) -> None:
    script = f"import subprocess, time; print('pid', subprocess.Popen({SLEEP!r}).pid, flush=True); time.sleep(600)"
    log = tmp_path / "log"
    child = ChildProcess([sys.executable, "-c", script], pidfile=tmp_path / "pid", log=log)
    eventually(lambda: _up(log) and "pid" in log.read_text())
    grandchild = int(log.read_text().split("pid ")[1].split()[0])
    os.kill(child.pid, signal.SIGKILL)
    eventually(lambda: child.poll() is not None)
    eventually(lambda: not alive(grandchild))


def test_a_command_that_does_not_exist_is_an_os_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        ChildProcess(["/no/such/program"], pidfile=tmp_path / "pid")
