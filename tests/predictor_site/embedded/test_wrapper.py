"""python -m predictor_site.embedded: a command with servers of its own, of which nothing is left."""

from __future__ import annotations

import re
import shutil
import signal
import sys
from pathlib import Path

import pytest

from tests.predictor_site.processes import all_gone, descendants, environment, eventually, output, read_until, started

WRAPPER = ("-m", "predictor_site.embedded")
PYTHON = ("--", sys.executable, "-c")
SHOW = "import os; print(os.environ.get('DATABASE_URL'), os.environ.get('REDIS_URL'))"
WAIT = (
    "import os, time; print('up', os.environ.get('DATABASE_URL'), os.environ['REDIS_URL'], flush=True); time.sleep(600)"
)
FOLDERS = re.compile(r"/[\w/.]*/predictor-\w+-\w+")


def test_it_exits_as_its_command_does() -> None:
    with started(*WRAPPER, *PYTHON, "raise SystemExit(7)") as wrapper:
        assert wrapper.wait(timeout=60) == 7


def test_it_exits_as_a_shell_does_when_its_command_is_killed() -> None:
    with started(*WRAPPER, *PYTHON, "import os; os.kill(os.getpid(), 9)") as wrapper:
        assert wrapper.wait(timeout=60) == 128 + signal.SIGKILL


def test_its_command_gets_the_addresses_of_real_servers() -> None:
    script = (
        "import os, psycopg, redis;"
        "print(psycopg.connect(os.environ['DATABASE_URL']).execute('SELECT 1').fetchone()[0],"
        "redis.Redis.from_url(os.environ['REDIS_URL']).ping())"
    )
    with started(*WRAPPER, "--postgres", "--valkey", *PYTHON, script) as wrapper:
        assert output(wrapper) == "1 True\n"


def test_only_what_is_asked_for_is_set() -> None:
    with started(*WRAPPER, "--valkey", *PYTHON, SHOW, env=environment(DATABASE_URL="sqlite://:memory:")) as wrapper:
        said = output(wrapper)
    assert said.startswith("sqlite://:memory: unix://")


def test_nothing_is_left_when_it_ends() -> None:
    with started(*WRAPPER, "--postgres", "--valkey", *PYTHON, SHOW) as wrapper:
        folders = FOLDERS.findall(output(wrapper))
    assert len(folders) == 2
    assert not any(Path(folder).exists() for folder in folders)


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_nothing_is_left_when_it_is_asked_to_end(signum: signal.Signals) -> None:
    with started(*WRAPPER, "--valkey", *PYTHON, WAIT) as wrapper:
        [folder] = FOLDERS.findall(read_until(wrapper, "up"))
        family = descendants(wrapper.pid)
        assert len(family) == 2
        wrapper.send_signal(signum)
        assert wrapper.wait(timeout=60) != 0
        assert all_gone(family)
        assert not Path(folder).exists()


if sys.platform == "linux":

    def test_no_process_is_left_when_it_is_killed() -> None:
        with started(*WRAPPER, "--postgres", "--valkey", *PYTHON, WAIT) as wrapper:
            said = read_until(wrapper, "up")
            family = descendants(wrapper.pid)
            assert any("valkey-server" in command for command in family.values())
            assert any("postgres" in command for command in family.values())
            wrapper.kill()
            eventually(lambda: all_gone(family))
        # Its folders are all that stays.
        for folder in FOLDERS.findall(said):
            shutil.rmtree(folder)


def test_a_command_that_does_not_exist_is_one_clear_line() -> None:
    with started(*WRAPPER, "--valkey", "--", "/no/such/program") as wrapper:
        assert output(wrapper) == "/no/such/program could not be run: No such file or directory\n"
        assert wrapper.returncode == 2
