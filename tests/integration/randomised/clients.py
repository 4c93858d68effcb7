"""Several clients in one process, told apart by the names of their threads."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any


class OfEachClient:
    """What each process has one of. A thread's name begins with that of its client; the test's own is one too."""

    def __init__(self, make: Callable[[], Any]) -> None:
        self._of = {client: make() for client in ("a", "b", "writer", "")}

    def __getattr__(self, name: str) -> Any:
        thread = threading.current_thread().name
        return getattr(next(own for client, own in self._of.items() if thread.startswith(client)), name)

    def __enter__(self) -> Any:
        return self.__getattr__("__enter__")()

    def __exit__(self, *of: object) -> Any:
        return self.__getattr__("__exit__")(*of)
