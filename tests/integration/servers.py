"""A Redis under a test's control: killed, hung, full, read-only, restarted empty or from a snapshot.

    with redis_server(maxmemory="5mb") as server:
        server.kill(); server.start()           # SIGKILL; the same address, nothing in it, another run id
        server.pause(); server.resume()         # SIGSTOP: it accepts connections and answers nothing
        saved = server.snapshot()
        server.restart_from(saved)              # as it was then
        server.refuse_writes(); server.accept_writes()
        server.config_set(maxmemory_policy="noeviction", maxmemory="1")   # full; the other way round it evicts first

The address stays the same throughout: a Unix socket in a folder of its own, or with `tcp=True` a port of 127.0.0.1.
Start servers in the test's own thread: on Linux a server ends with the thread that started it.
"""

from __future__ import annotations

import contextlib
import shutil
import signal
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.cache import caches
from django.test import override_settings
from redis import Redis

from predictions.cache.background import background
from predictions.cache.gate import gate
from predictor_site.embedded.valkey import ValkeyServer

# Nobody can listen here, so that a replica of it keeps what it has.
NOBODY = ("127.0.0.1", 1)


class RedisServer(ValkeyServer):
    """The embedded server, or `program`, with hands on it."""

    def __init__(self, *, folder: Path, tcp: bool = False, program: str | None = None, **options: str) -> None:
        """`folder` is its own, and its path short. `options` are the server's, with `_` for `-`."""
        self.port = free_port() if tcp else 0
        if tcp:
            options |= {"port": str(self.port), "bind": "127.0.0.1"}
        super().__init__(
            folder=folder,
            socket=folder / "redis.sock",
            options={name.replace("_", "-"): value for name, value in options.items()},
            program=program,
        )

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0" if self.port else super().url

    @property
    def client(self) -> Redis:
        """A new client of the test's own, which shares no connection with what is tested."""
        return Redis.from_url(f"unix://{self.socket}", socket_timeout=5)

    @property
    def run_id(self) -> str:
        with self.client as client:
            return str(client.info("server")["run_id"])

    def kill(self) -> None:
        """SIGKILL, and wait until it is gone. Its socket stays, and refuses connections."""
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()

    def pause(self) -> None:
        """Hang it: the kernel still takes connections and bytes for it."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def restart_empty(self) -> None:
        """Kill it and start it with nothing in it."""
        self.kill()
        self.start()

    def snapshot(self) -> Path:
        """All it holds now, as a file for `restart_from`."""
        with self.client as client:
            client.save()
        number = len(list(self.folder.glob("snapshot-*")))
        return (self.folder / "dump.rdb").rename(self.folder / f"snapshot-{number}")

    def restart_from(self, snapshot: Path) -> None:
        """Kill it and start it with what it held when `snapshot` was taken, less what has expired since."""
        self.kill()
        loaded = self.folder / "dump.rdb"
        shutil.copyfile(snapshot, loaded)
        self.start()
        loaded.unlink()

    def config_set(self, **options: str) -> None:
        """CONFIG SET, with `_` for `-`. Lasts until it is started again."""
        with self.client as client:
            for name, value in options.items():
                client.config_set(name.replace("_", "-"), value)

    def refuse_writes(self) -> None:
        """Make it a replica, whose primary can't be reached: it serves reads and answers writes with READONLY."""
        with self.client as client:
            client.replicaof(*NOBODY)

    def accept_writes(self) -> None:
        with self.client as client:
            client.replicaof("NO", "ONE")

    def stop(self) -> None:
        """At once, whatever state it is in."""
        self.kill()
        super().stop()


@contextlib.contextmanager
def redis_server(*, tcp: bool = False, program: str | None = None, **options: str) -> Iterator[RedisServer]:
    """One that runs, and of which nothing is left afterwards."""
    # Not pytest's own folder: the path of a socket must be short.
    with tempfile.TemporaryDirectory(prefix="predictor-redis-") as folder:
        server = RedisServer(folder=Path(folder), tcp=tcp, program=program, **options)
        try:
            server.start()
            yield server
        finally:
            server.stop()


@contextlib.contextmanager
def in_this_process(server: RedisServer) -> Iterator[None]:
    """Have the caches of this process use this Redis, as a process would that has just begun."""
    former = settings.CACHES
    with override_settings(CACHES={name: {**config, "LOCATION": server.url} for name, config in former.items()}):
        gate.reset()
        yield
        background.wait_until_idle(10)
        gate.reset()
        cache: Any = caches["predictions"]
        cache.client.get_client(write=True).connection_pool.disconnect()


def free_port() -> int:
    """A port of 127.0.0.1 on which nobody listens now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
