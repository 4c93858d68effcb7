"""How many may do something at once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition


class Full(Exception):
    """No place became free in time."""


class Limit:
    """At most `most` holders at a time. Whoever holds a place must not ask for another: it could wait for itself."""

    def __init__(self, most: int) -> None:
        if most < 1:
            raise ValueError(f"A limit lets at least 1 through, not {most}.")
        self.most = most
        self._changed = Condition()
        self._holders = 0
        self._highest = 0

    @property
    def holders(self) -> int:
        """How many hold a place now."""
        return self._holders

    @property
    def highest(self) -> int:
        """The most that ever held one at once."""
        return self._highest

    @contextmanager
    def held(self, timeout: float | None = None) -> Iterator[None]:
        """Hold a place, waiting `timeout` seconds for it (0: not at all; None: as long as it takes). Raises Full."""
        with self._changed:
            if not self._changed.wait_for(lambda: self._holders < self.most, timeout):
                raise Full(f"All {self.most} places are taken.")
            self._holders += 1
            self._highest = max(self._highest, self._holders)
        try:
            yield
        finally:
            with self._changed:
                self._holders -= 1
                self._changed.notify()
