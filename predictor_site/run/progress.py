"""Progress for a person: one line for each step, with the seconds it took."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Iterator

WIDTH = 44
CLEAR_LINE = "\r\x1b[2K"


@contextlib.contextmanager
def step(label: str) -> Iterator[None]:
    """Say what begins, and on the same line how long it took. A step that fails leaves its line unfinished."""
    started = time.monotonic()
    sys.stdout.write(f"  {label} … ")
    sys.stdout.flush()
    try:
        yield
    except BaseException:
        sys.stdout.write("\n")
        sys.stdout.flush()
        raise
    # A progress bar of the step's own may have written over the label.
    again = f"{CLEAR_LINE}  {label} … " if sys.stdout.isatty() else ""
    sys.stdout.write(f"{again}{' ' * max(0, WIDTH - len(label))}{time.monotonic() - started:5.1f} s\n")
    sys.stdout.flush()
