"""Where a thread can be stopped: before every command sent to Redis, every query and commit, and chosen calls.

What a schedule waits for is said with `redis`, `database` and `call`:

    redis("EVALSHA", containing=scripts.FILL.sha)   a command, alone or within a pipeline (which is one point)
    database("UPDATE", containing="matches_match")  a statement, by its first word; "COMMIT" and "ROLLBACK" too
    call("Flights.land")                            a call of what `Schedule.pause_at` was given
    redis("MGET", nth=2)                            the actor's second one; the next one unless said

A point stands *before* its command, query or call. What came of the one before is known to the actor by then.
"""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from redis.connection import AbstractConnection


@dataclass(frozen=True, slots=True)
class Point:
    """What is about to be done."""

    kind: str
    names: tuple[str, ...]
    """Several for a pipeline only."""
    detail: str = ""
    """The command with its arguments, or the SQL."""

    def __str__(self) -> str:
        return f"{self.kind} {'+'.join(self.names)}"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Points that fit: of this kind and name, with this text in their detail."""

    kind: str
    name: str
    containing: str
    nth: int | None
    """Which of all that the actor comes to, counted from 1; None for the next."""

    def fits(self, point: Point) -> bool:
        return self.kind == point.kind and self.name in point.names and self.containing in point.detail

    def __str__(self) -> str:
        text = f"{self.kind} {self.name}" + (f" with {self.containing!r}" if self.containing else "")
        return text if self.nth is None else f"{text}, number {self.nth}"


def redis(command: str, *, containing: str = "", nth: int | None = None) -> Wanted:
    """A command to Redis. `containing` is found among all arguments, keys included."""
    return Wanted("redis", command.upper(), containing, nth)


def database(statement: str, *, containing: str = "", nth: int | None = None) -> Wanted:
    """A query by its first word. `containing` is found in the SQL, where parameters are `%s`."""
    return Wanted("database", statement.upper(), containing, nth)


def call(name: str, *, nth: int | None = None) -> Wanted:
    """A call by the names of what it belongs to and its own: `Flights.board`, `store.fill`."""
    return Wanted("call", name, "", nth)


Pause = Callable[[Point], None]


@contextlib.contextmanager
def everywhere(pause: Pause) -> Iterator[None]:
    """Call `pause` before each command to Redis and each commit, in every thread. Queries: see `queries`."""
    send: Any = AbstractConnection.send_command
    pack: Any = AbstractConnection.pack_commands

    def send_command(self: AbstractConnection, *args: Any, **kwargs: Any) -> None:
        pause(_commands([args]))
        send(self, *args, **kwargs)

    def pack_commands(self: AbstractConnection, commands: Iterable[Sequence[Any]]) -> Any:
        # A pipeline packs all its commands right before it sends them.
        commands = list(commands)
        pause(_commands(commands))
        return pack(self, commands)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(AbstractConnection, "send_command", send_command)
        patch.setattr(AbstractConnection, "pack_commands", pack_commands)
        # Neither is a query to Django.
        for name in ("commit", "rollback"):
            point = Point("database", (name.upper(),))
            patch.setattr(BaseDatabaseWrapper, name, _paused(getattr(BaseDatabaseWrapper, name), pause, point))
        yield


@contextlib.contextmanager
def queries(pause: Pause) -> Iterator[None]:
    """Call `pause` before each query of this thread."""

    def wrapper(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        pause(Point("database", (sql.split(None, 1)[0].upper(),), sql))
        return execute(sql, params, many, context)

    with contextlib.ExitStack() as wrappers:
        for connection in connections.all():
            wrappers.enter_context(connection.execute_wrapper(wrapper))
        yield


def calls(patch: pytest.MonkeyPatch, pause: Pause, owner: Any, names: Sequence[str]) -> None:
    """Call `pause` before each call of these functions of a class or module; of all its public ones if none is named.

    Whoever stands there must hold no lock, or others wait for it.
    """
    public = [name for name, what in vars(owner).items() if callable(what) and not name.startswith("_")]
    for name in names or public:
        point = Point("call", (f"{owner.__name__.rpartition('.')[2]}.{name}",))
        patch.setattr(owner, name, _paused(getattr(owner, name), pause, point))


def _paused(function: Callable[..., Any], pause: Pause, point: Point) -> Callable[..., Any]:
    @functools.wraps(function)
    def paused(*args: Any, **kwargs: Any) -> Any:
        pause(point)
        return function(*args, **kwargs)

    return paused


def _commands(commands: Sequence[Sequence[Any]]) -> Point:
    names = tuple(str(command[0]).upper() for command in commands)
    return Point("redis", names, "; ".join(" ".join(map(_text, command)) for command in commands))


def _text(argument: Any) -> str:
    return argument.decode(errors="replace") if isinstance(argument, bytes) else str(argument)
