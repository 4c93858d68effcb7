"""Makes the virtual environment and installs the pinned dependencies. Only the standard library: it runs before any.

Everything pip says goes to install.log in the virtual environment; a person gets one line.
"""

from __future__ import annotations

import argparse
import errno
import platform
import re
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

PIP = (
    *("-m", "pip", "install", "--require-hashes", "--only-binary=:all:"),
    *("--no-input", "--disable-pip-version-check", "--progress-bar=off"),
)
# What pip says when it can't reach the package index, on the various ways there.
NO_NETWORK = re.compile(
    r"NewConnectionError|NameResolutionError|ConnectTimeoutError|ReadTimeoutError|ProxyError|SSLError|MaxRetryError"
)
NO_WHEEL = re.compile(r"No matching distribution found for (\S+)")
WRONG_HASH = re.compile(r"DO NOT MATCH THE HASHES")
NO_SPACE = re.compile(r"No space left on device")
CLEAR_LINE = "\r\x1b[2K"


class InstallError(Exception):
    """The dependencies could not be installed. The message is one line that says why and what to do."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Install. Returns 1 after one line that says why it failed."""
    parser = argparse.ArgumentParser(
        prog="python -m predictor_site.install",
        description="Make a virtual environment and install pinned dependencies into it.",
        epilog="Example: python3 -m predictor_site.install --venv .venv requirements.txt",
    )
    parser.add_argument("--venv", type=Path, required=True, help="folder of the virtual environment")
    parser.add_argument("requirements", type=Path, help="file of pinned requirements with hashes")
    options = parser.parse_args(arguments)
    try:
        install(venv=options.venv, requirements=options.requirements)
    except InstallError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("\nInterrupted. The same command goes on from here.\n")
        return 130
    return 0


def install(*, venv: Path, requirements: Path) -> None:
    """Make the environment unless it works already, and install into it. Raises InstallError."""
    started = time.monotonic()
    python = venv / "bin" / "python"
    if not _works(python):
        _make(venv)
    packages = len(re.findall(r"^\S+==", requirements.read_text(), flags=re.MULTILINE))
    label = f"Installing {packages} packages of {requirements.name} (only once, up to a minute) … "
    _say(label)
    log = venv / "install.log"
    with log.open("w") as file:
        pip = subprocess.Popen([python, *PIP, "-r", requirements], stdout=file, stderr=subprocess.STDOUT)
        while (code := _wait(pip, seconds=1.0)) is None:
            if sys.stdout.isatty():
                _say(f"{CLEAR_LINE}{label}{time.monotonic() - started:.0f} s")
    if code != 0:
        _say("\n")
        raise InstallError(f"{diagnosis(log.read_text(errors='replace'))} Details: {log}")
    again = f"{CLEAR_LINE}{label}" if sys.stdout.isatty() else ""
    _say(f"{again}{time.monotonic() - started:.0f} s\n")


def diagnosis(said: str) -> str:
    """Why pip failed and what to do, in one line, from all that it said."""
    if NO_SPACE.search(said):
        return "The disk is full. Make room, and type the command again."
    # First, since pip that reaches nothing ends with "No matching distribution" as well.
    if NO_NETWORK.search(said):
        return "The package index can't be reached. Check the network or pip's settings, and type the command again."
    if missing := NO_WHEEL.search(said):
        return (
            f"{missing[1]} has no ready-made build for Python {platform.python_version()} on {sys.platform} "
            f"{platform.machine()}. Use Python 3.11 to 3.13 on 64-bit Linux or macOS: make clean run PYTHON=python3.12"
        )
    if WRONG_HASH.search(said):
        return "A package is not the one that requirements.txt names by its hash. Do not trust its source."
    return "pip could not install the dependencies."


def _works(python: Path) -> bool:
    try:
        return subprocess.run([python, "-m", "pip", "--version"], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def _make(venv: Path) -> None:
    try:
        venv.mkdir(parents=True, exist_ok=True)
        (venv / "install.log").touch()
    except OSError as error:
        why = "is read-only" if error.errno == errno.EROFS else f"can't be written ({error.strerror})"
        raise InstallError(
            f"{venv.absolute().parent} {why}. Copy the project to a folder of yours, or type: "
            "make run VENV=/path/to/venv STATE_DIR=/path/to/state"
        ) from None
    done = subprocess.run(
        [sys.executable, "-m", "venv", "--clear", venv], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
    )
    if done.returncode != 0:
        venv.mkdir(exist_ok=True)
        log = venv / "install.log"
        log.write_bytes(done.stdout)
        raise InstallError(
            f"{sys.executable} can't make a virtual environment. On Debian and Ubuntu: apt install python3-venv. "
            f"Details: {log}"
        )


def _wait(process: subprocess.Popen[bytes], *, seconds: float) -> int | None:
    try:
        return process.wait(seconds)
    except subprocess.TimeoutExpired:
        return None


def _say(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
