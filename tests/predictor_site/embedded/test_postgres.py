"""A real PostgreSQL, as whoever we are: as `nobody` when we are root."""

from __future__ import annotations

import os
import pwd
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from predictor_site.embedded import postgres_programs
from predictor_site.embedded.postgres import PostgresServer
from tests.predictor_site.processes import alive


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    with tempfile.TemporaryDirectory(prefix="predictor-postgres-", dir="/tmp") as folder:
        server = PostgresServer(folder=Path(folder))
        server.start()
        yield server
        server.stop()


def _one(server: PostgresServer, query: str) -> object:
    with psycopg.connect(server.url) as connection:
        row = connection.execute(query).fetchone()
    assert row is not None
    return row[0]


def test_it_answers_queries(server: PostgresServer) -> None:
    assert _one(server, "SELECT 6 * 7") == 42


def test_it_listens_on_no_port(server: PostgresServer) -> None:
    assert _one(server, "SHOW listen_addresses") == ""


def test_it_does_not_wait_for_the_disk(server: PostgresServer) -> None:
    assert _one(server, "SHOW fsync") == "off"


def test_it_runs_as_nobody_for_root_and_as_ourselves_otherwise(server: PostgresServer) -> None:
    owner = pwd.getpwuid((server.folder / "data").stat().st_uid).pw_name
    assert owner == ("nobody" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name)


def test_it_knows_the_capitals_of_other_scripts(server: PostgresServer) -> None:
    assert _one(server, "SELECT upper('fc köln čukarički')") == "FC KÖLN ČUKARIČKI"


def test_it_takes_no_notice_of_the_users_own_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name, value in {
        "PGDATA": str(tmp_path / "elsewhere"),
        "PGPORT": "1",
        "PGHOST": "nowhere",
        "PGUSER": "me",
    }.items():
        monkeypatch.setenv(name, value)
    with tempfile.TemporaryDirectory(prefix="predictor-postgres-", dir="/tmp") as folder:
        server = PostgresServer(folder=Path(folder))
        server.start()
        try:
            assert _one(server, "SELECT current_user") == "postgres"
        finally:
            server.stop()


def test_stopping_it_ends_it_though_somebody_is_connected() -> None:
    with tempfile.TemporaryDirectory(prefix="predictor-postgres-", dir="/tmp") as folder:
        server = PostgresServer(folder=Path(folder))
        server.start()
        pid = int((server.folder / "data" / "postmaster.pid").read_text().splitlines()[0])
        connection = psycopg.connect(server.url)
        family = [pid, *(child.pid for child in psutil.Process(pid).children(recursive=True))]
        server.stop()
        connection.close()
        assert len(family) > 1
        assert not any(alive(each) for each in family)


def test_its_programs_run_when_copied_out_of_a_private_folder(tmp_path: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="predictor-programs-", dir="/tmp") as folder:
        Path(folder).chmod(0o755)
        wheel = postgres_programs._wheel()
        assert wheel is not None
        programs = postgres_programs.copy(wheel, Path(folder) / "programs") / "pginstall" / "bin"
        assert "18." in postgres_programs.run(programs / "postgres", "--version")
        assert "18." in postgres_programs.run(programs / "psql", "--version")
