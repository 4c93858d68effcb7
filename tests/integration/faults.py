"""Things that go wrong on the way to a server."""

from __future__ import annotations

import contextlib
import selectors
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from tests.integration.database import Database


class Deaf:
    """Listens at a port, takes connections and never says a word. Counts them."""

    def __init__(self, port: int) -> None:
        self._server = socket.create_server(("127.0.0.1", port), backlog=512)
        self._held: list[socket.socket] = []
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    @property
    def connections(self) -> int:
        """How many have been made so far."""
        return len(self._held)

    def close(self) -> None:
        # Wakes up who accepts, as closing alone does not.
        self._server.shutdown(socket.SHUT_RDWR)
        self._thread.join(10)
        for each in (self._server, *self._held):
            each.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                self._held.append(self._server.accept()[0])


class Relay:
    """Passes on what clients and a server say to each other, until it is told to hold it back."""

    def __init__(self, host: str, port: int) -> None:
        self._target = (host, port)
        self._server = socket.create_server(("127.0.0.1", 0), backlog=512)
        self._peers: dict[socket.socket, socket.socket] = {}
        self._flowing = threading.Event()
        self._flowing.set()
        self._ended = False
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._server, selectors.EVENT_READ)
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        return int(self._server.getsockname()[1])

    @contextlib.contextmanager
    def hung(self) -> Iterator[None]:
        """While inside, the kernel takes connections and bytes, and nothing comes of them."""
        self._flowing.clear()
        try:
            yield
        finally:
            self._flowing.set()

    def close(self) -> None:
        self._ended = True
        self._flowing.set()
        self._thread.join(10)
        for each in (self._server, *self._peers):
            each.close()
        self._selector.close()

    def _run(self) -> None:
        while not self._ended:
            ready = self._selector.select(0.05)
            self._flowing.wait()
            for key, _ in ready:
                source = key.fileobj
                assert isinstance(source, socket.socket)
                if source is self._server:
                    self._connect()
                elif source in self._peers:
                    self._pass_on(source)

    def _connect(self) -> None:
        client, _ = self._server.accept()
        server = socket.create_connection(self._target)
        for one, other in ((client, server), (server, client)):
            self._peers[one] = other
            self._selector.register(one, selectors.EVENT_READ)

    def _pass_on(self, source: socket.socket) -> None:
        target = self._peers[source]
        with contextlib.suppress(OSError):
            if data := source.recv(65536):
                target.sendall(data)
                return
        for each in (source, target):
            del self._peers[each]
            self._selector.unregister(each)
            each.close()


@dataclass(frozen=True)
class Relayed(Database):
    """A database behind a relay."""

    port: int

    @property
    def url(self) -> str:
        parts = urlsplit(super().url)
        user = f"{parts.username or ''}{':' + parts.password if parts.password else ''}"
        return parts._replace(netloc=f"{user}@127.0.0.1:{self.port}").geturl()
