"""Purging: deleting the generations under which what is cached of matches was made. That voids all of it at once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from django.core.cache import caches
from redis.connection import AbstractConnection
from redis.exceptions import RedisError

from predictions.cache import keys

KEYS_PER_COMMAND = 1000
"""How many keys one command deletes at the most, so that Redis serves others in between."""
COMMANDS_PER_ROUND_TRIP = 10

_RUN_ID = re.compile(r"^run_id:(\w+)", re.MULTILINE)


class AnotherServer(RedisError):
    """One part of a purge was executed by one server, the next by another: nobody knows what the latter held before."""


class NoRunId(RedisError):
    """The server does not say which it is."""


def purge(of: Iterable[int | str]) -> str:
    """Void what is cached of these matches (or facts, see `keys.generation`); returns the run id of the server.

    One round trip for 10,000. Each asks for the run id over the very connection, so that it is that of the server
    which deleted. Nothing here asks the breaker: a purge is always tried. Raises redis.RedisError.
    """
    cache: Any = caches["predictions"]
    client = cache.client.get_client(write=True)
    deletions = _deletions(of)
    run_ids: set[str] = set()
    while True:
        commands = list(islice(deletions, COMMANDS_PER_ROUND_TRIP))
        if run_ids and not commands:
            break
        with client.pipeline(transaction=False) as pipe:
            for names in commands:
                pipe.delete(*names)
            pipe.info("server")
            *_, info = pipe.execute()
        run_ids.add(str(info.get("run_id", "")))
    if len(run_ids) > 1:
        raise AnotherServer("Redis was replaced by another server during a purge.")
    [run_id] = run_ids
    if not run_id:
        raise NoRunId("INFO server gives no run_id.")
    return run_id


def purge_over(connection: AbstractConnection, of: Iterable[int | str]) -> None:
    """As `purge`, over a connection that nobody else may use yet, and without `AnotherServer`."""
    for names in _deletions(of):
        _ask(connection, "DEL", *names)


def run_id_over(connection: AbstractConnection) -> str:
    """The run id of the server at the other end: no two starts of a server have the same. Raises redis.RedisError."""
    info = _ask(connection, "INFO", "server")
    found = _RUN_ID.search(info.decode(errors="replace") if isinstance(info, bytes) else str(info))
    if found is None:
        raise NoRunId("INFO server gives no run_id.")
    return found[1]


def _deletions(of: Iterable[int | str]) -> Iterator[list[str]]:
    """The keys to delete, so many a command."""
    make_key = caches["predictions"].make_key
    rest = iter(of)
    while some := list(islice(rest, KEYS_PER_COMMAND)):
        yield [make_key(keys.generation(one)) for one in some]


def _ask(connection: AbstractConnection, *command: str) -> Any:
    connection.send_command(*command, check_health=False)  # type: ignore[no-untyped-call]
    return connection.read_response()
