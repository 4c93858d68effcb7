"""What every new connection goes through before its first command: a server new to this process makes up for purges.

A server that was started from a snapshot older than a change holds answers that the purge should have voided. Whoever
connects asks the server for its run id, which is new with every start. If it is not the one this process knows, all
purges are executed first that this server has not executed yet; until that is done the connection is of no use.

A server that this process knows already needs no database to be connected to again, so that hits don't either. What it
missed while it could not be reached waits in the outbox, and the gate is closed until the drainer has settled it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from redis import exceptions as redis_errors
from redis.backoff import NoBackoff
from redis.connection import AbstractConnection
from redis.retry import Retry

from predictions.cache.invalidation import NoRunId, purge_over, run_id_over

Purge = Callable[[Iterable[int | str]], None]
CatchUp = Callable[[str, Purge], None]


class NotCaughtUp(redis_errors.ConnectionError):
    """Redis may hold what is no longer true. The message is one of ours: it says why, and what to do."""


def _nobody_knows(run_id: str, purge: Purge) -> None:
    raise NotCaughtUp("The predictions app is not loaded, so nobody knows which purges Redis has missed.")


_catch_up: CatchUp = _nobody_knows
_last_run_id = ""


def catch_up_with(catch_up: CatchUp) -> None:
    """Have the first connection to a server call this, with the server's run id and a way to purge over the connection.

    It must have all purges executed that this server has not executed, or raise; and send nothing to Redis otherwise.
    """
    global _catch_up
    _catch_up = catch_up


def last_run_id() -> str:
    """The server that this process heard of last; empty before the first time."""
    return _last_run_id


def heard_of(run_id: str) -> None:
    """This server has executed a command of ours just now."""
    global _last_run_id
    _last_run_id = run_id


def forget_server() -> None:
    """Know no server, as a process that has just begun."""
    global _last_run_id
    _last_run_id = ""


def greet(connection: AbstractConnection) -> None:
    """redis-py's `redis_connect_func`. Raises redis.RedisError, of which NotCaughtUp if Redis itself is well."""
    try:
        connection.on_connect()  # type: ignore[no-untyped-call]
        run_id = _run_id(connection)
        if run_id != _last_run_id:
            _catch_up(run_id, partial(_purge, connection))
    except BaseException:
        # By itself redis-py closes it after a RedisError only. After anything else it would take it for ready.
        connection.disconnect()  # type: ignore[no-untyped-call]
        raise
    heard_of(run_id)


def _run_id(connection: AbstractConnection) -> str:
    try:
        return run_id_over(connection)
    except (redis_errors.ResponseError, NoRunId) as error:
        raise NotCaughtUp(
            "Redis does not say which server it is, so nobody knows which purges it has missed: "
            "allow INFO with ACL SETUSER <user> +info."
        ) from error


def _purge(connection: AbstractConnection, of: Iterable[int | str]) -> None:
    try:
        purge_over(connection, of)
    except redis_errors.ResponseError as error:
        raise NotCaughtUp(
            f"Redis refuses to delete what it should have forgotten ({type(error).__name__}): point REDIS_URL at a "
            "primary that accepts writes, and allow DEL with ACL SETUSER <user> +del."
        ) from error


class RetryClosed(Retry):
    """One more try, which heals a connection that a restarted server has closed.

    Not after a time-out, since a server that hangs would cost two; nor when a database has just been asked in vain.
    """

    def __init__(self) -> None:
        super().__init__(NoBackoff(), 1, (redis_errors.ConnectionError,))

    def call_with_retry(
        self,
        do: Callable[[], Any],
        fail: Callable[..., Any],
        is_retryable: Callable[[Exception], bool] | None = None,
        with_failure_count: bool = False,
    ) -> Any:
        """As redis-py's."""

        def worth_it(error: Exception) -> bool:
            return not isinstance(error, NotCaughtUp) and (is_retryable is None or is_retryable(error))

        return super().call_with_retry(do, fail, worth_it, with_failure_count)
