"""One run at a time in a state directory, which has to be ours to write."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from predictor_site.run import state
from predictor_site.run.errors import RunError

URL = "http://127.0.0.1:8000"


def test_the_directory_is_made(tmp_path: Path) -> None:
    with state.held(tmp_path / "a" / "b", url=URL):
        assert (tmp_path / "a" / "b").is_dir()


def test_a_second_run_is_told_where_the_first_one_serves(tmp_path: Path) -> None:
    with (
        state.held(tmp_path, url=URL),
        pytest.raises(RunError, match=rf"^Predictor already runs .*process {os.getpid()}, {URL}/.*STATE_DIR=\S+$"),
        state.held(tmp_path, url="http://127.0.0.1:8001"),
    ):
        pass


def test_the_next_run_may_follow(tmp_path: Path) -> None:
    for _ in range(2):
        with state.held(tmp_path, url=URL):
            pass


def test_a_place_that_cannot_be_written_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with (
        pytest.raises(RunError, match=r"^Cannot write to .*file/var \(Not a directory\)\..*STATE_DIR=\S+$"),
        state.held(tmp_path / "file" / "var", url=URL),
    ):
        pass


def test_the_secret_is_long_and_for_our_eyes_only(tmp_path: Path) -> None:
    state.ensure_secret_key(tmp_path / "secret_key")
    assert len((tmp_path / "secret_key").read_text().strip()) >= 50
    assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["secret_key"]


def test_the_secret_stays_the_same(tmp_path: Path) -> None:
    state.ensure_secret_key(tmp_path / "secret_key")
    first = (tmp_path / "secret_key").read_text()
    state.ensure_secret_key(tmp_path / "secret_key")
    assert (tmp_path / "secret_key").read_text() == first


def test_a_folder_that_is_a_link_to_elsewhere_is_refused(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "folder").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(RunError, match="belongs to somebody else"), state.private_folder(tmp_path / "folder"):
        pass


def test_a_private_folder_is_for_us_alone_and_goes_again(tmp_path: Path) -> None:
    with state.private_folder(tmp_path / "folder"):
        assert stat.S_IMODE((tmp_path / "folder").stat().st_mode) == 0o700
    assert not (tmp_path / "folder").exists()
