"""The state directory: one run at a time, and a secret for development."""

from __future__ import annotations

import contextlib
import fcntl
import os
import secrets
import stat
from collections.abc import Iterator
from pathlib import Path

from predictor_site.run.errors import RunError


@contextlib.contextmanager
def held(directory: Path, *, url: str) -> Iterator[None]:
    """Keep the state directory to ourselves while inside; `url` tells a second run where the first one serves.

    Makes the directory when it is missing. Raises RunError when it can't be written, or another run holds it.
    """
    try:
        directory.mkdir(parents=True, exist_ok=True)
        fd = os.open(directory / "run.lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise RunError(
            f"Cannot write to {directory} ({error.strerror}). Name another folder: make run STATE_DIR=/path/to/folder"
        ) from None
    try:
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            who = os.pread(fd, 200, 0).decode(errors="replace")
            raise RunError(
                f"Predictor already runs in this folder ({who}). Stop it, or run this one elsewhere: "
                "make run STATE_DIR=/path/to/folder"
            ) from None
        os.truncate(fd, 0)
        os.pwrite(fd, f"process {os.getpid()}, {url}/".encode(), 0)
        yield
    finally:
        os.close(fd)


def ensure_secret_key(file: Path) -> None:
    """Make a random secret that only we can read, unless there is one."""
    if file.exists():
        return
    # Whole or not at all: a run that is killed here leaves no empty secret.
    unfinished = file.with_suffix(".new")
    unfinished.unlink(missing_ok=True)
    fd = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(fd, "w") as secret:
        secret.write(secrets.token_urlsafe(50) + "\n")
    unfinished.replace(file)


@contextlib.contextmanager
def private_folder(folder: Path) -> Iterator[None]:
    """A folder for a socket, taken away afterwards when nothing else is in it.

    Raises RunError when it lies in a shared place and somebody else made it.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
        raise RunError(f"{folder} belongs to somebody else. Remove it, or name a shorter STATE_DIR.")
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            folder.rmdir()
