"""What a thread waits for that seems to do nothing: another thread, or only a processor or a server that is busy."""

from __future__ import annotations

import contextlib
import sys
import threading
from pathlib import Path

import psycopg
import redis
from django.db import connections

REDIS, PSYCOPG = (str(Path(str(package.__file__)).parent) for package in (redis, psycopg))


def waits_for_another(thread: threading.Thread, *, backend: int | None) -> bool:
    """Whether somebody else must do something before it can go on.

    Not if it only lacks a processor, or awaits an answer of Redis, which comes or times out. A database may keep it
    waiting for a lock; `backend` is the process id of its connection there, as far as it has one.
    """
    frame = sys._current_frames().get(thread.ident or 0)
    if frame is None or _wants_a_processor(thread):
        return False
    file = frame.f_code.co_filename
    if file.startswith(PSYCOPG):
        return _waits_for_a_lock(backend)
    return not file.startswith(REDIS)


def _wants_a_processor(thread: threading.Thread) -> bool:
    # Where there is no such file, as on macOS, a busy machine makes it look blocked more easily.
    with contextlib.suppress(OSError):
        status = Path(f"/proc/self/task/{thread.native_id}/stat").read_text()
        return status.rpartition(")")[2].split()[0] != "S"
    return False


def _waits_for_a_lock(backend: int | None) -> bool:
    # Not the caller's own connection, which may be in the middle of something.
    connection = connections.create_connection("default")
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT wait_event_type FROM pg_stat_activity WHERE pid = %s", [backend])
            return ("Lock",) in cursor.fetchall()
    finally:
        connection.close()
