"""Threads of which exactly one runs at a time, in an order that a test says.

    with Schedule() as schedule:
        schedule.pause_at(Flights)
        schedule.actor("reader", lambda: services.predict(match.pk, now=now))
        schedule.actor("writer", lambda: record_result(match))
        schedule.run("reader").until(redis("EVALSHA", containing=scripts.FILL.sha))
        schedule.run("writer").to_the_end()
        answer = schedule.run("reader").to_the_end()

An actor stops at every pause point (see `points`) until it is its turn; the test's own thread stops nowhere. Writes of
one actor must be seen by the others, so mark such tests `django_db(transaction=True)`, or use the fixture `database`.

An actor that needs what another must give it first, as a lock or an event, comes to no pause point: when this process
has done hardly anything for `patience` seconds, and not because the machine is busy (see `waiting`), it is *blocked*.
That is an error unless `until_blocked` expected it. It goes on by itself once it has what it needs, to its next pause
point, beside whoever gave it.

Servers must not be started by an actor: they would end with its thread.
"""

from __future__ import annotations

import contextlib
import sys
import threading
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import Enum
from types import TracebackType
from typing import Any, Self

import pytest
from django.db import connections

from tests.integration import points
from tests.integration.points import Point, Wanted
from tests.integration.waiting import waits_for_another

BEGIN = Point("actor", ("begin",))
# How often to look whether somebody is blocked, how long an actor may run between two points, how long to wait for
# those that are let go at the end. In seconds.
GLANCE, LONGEST_RUN, FAREWELL = 0.02, 60.0, 20.0
# The share of a processor that a process uses in which somebody is at work. Looking uses far less.
AT_WORK = 0.25


class State(Enum):
    PAUSED = "paused"
    RUNNING = "running"
    ENDED = "ended"


class Blocked(AssertionError):
    """An actor waits for what another one has to give it."""


class NotReached(AssertionError):
    """An actor ended without coming to the point it should have stopped at."""


@dataclass(eq=False)
class Actor:
    name: str
    what: Callable[[], Any]
    at: Point = BEGIN
    state: State = State.RUNNING
    blocked: bool = False
    """It was when we last looked. Then it goes on by itself, to a point that nobody has been told of."""
    passed: list[Point] = field(default_factory=list)
    """All the points it has come to, the one it stands at included."""
    backend: int | None = None
    """The process id of its database connection, once it has asked something."""
    result: Any = None
    error: BaseException | None = None
    error_shown: bool = False
    thread: threading.Thread = field(init=False)

    def __str__(self) -> str:
        return f"{self.name!r} (last at {self.at})"


class Schedule:
    """Actors and whose turn it is. Whatever is left of them runs to its end, unscheduled, when the block is left."""

    def __init__(self, *, patience: float = 1.0) -> None:
        self.patience = patience
        self.trace: list[tuple[str, str]] = []
        """Who went on from which point, in order."""
        self._actors: dict[str, Actor] = {}
        self._changed = threading.Condition()
        self._free = False
        self._patches = contextlib.ExitStack()

    def __enter__(self) -> Self:
        self._patches.enter_context(points.everywhere(self._pause))
        self._patch = self._patches.enter_context(pytest.MonkeyPatch.context())
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        with self._patches:
            with self._changed:
                self._free = True
                self._changed.notify_all()
            for actor in self._actors.values():
                actor.thread.join(FAREWELL)
        if error is not None:
            return
        for actor in self._actors.values():
            if actor.thread.is_alive():
                raise Blocked(f"{actor} never ended:\n{_stack(actor)}")
            self._show_error(actor)

    def pause_at(self, owner: Any, *names: str) -> None:
        """Stop actors before each call of these functions of a class or module; of all public ones if none is named."""
        points.calls(self._patch, self._pause, owner, names)

    def actor(self, name: str, what: Callable[[], Any]) -> None:
        """A thread that will do `what`. It stands at its beginning."""
        assert name not in self._actors, f"there is an actor {name!r} already"
        actor = self._actors[name] = Actor(name, what)
        actor.thread = threading.Thread(target=self._live, args=(actor,), name=name, daemon=True)
        actor.thread.start()
        with self._changed:
            self._changed.wait_for(lambda: actor.state is not State.RUNNING)

    def run(self, name: str) -> Turn:
        """It is this actor's turn."""
        return Turn(self, self._actors[name])

    def run_all(self, choose: Callable[[Sequence[str]], str]) -> None:
        """Let all go on, one point at a time, to their ends; `choose` says who is next of those that can go on."""
        while unfinished := [actor for actor in self._actors.values() if actor.state is not State.ENDED]:
            able = [actor.name for actor in unfinished if actor.state is State.PAUSED]
            if able:
                self.advance(self._actors[choose(able)])
            elif not any(self._settle(actor, self.patience) for actor in unfinished):
                raise Blocked("each waits for another: " + ", ".join(map(str, unfinished)))
        for actor in self._actors.values():
            self._show_error(actor)

    def advance(self, actor: Actor) -> State:
        """Let it go on to its next pause point or its end. RUNNING: it is blocked before either."""
        with self._changed:
            others = [each for each in self._actors.values() if each is not actor and each.state is State.RUNNING]
            if actor.state is State.PAUSED and not actor.blocked:
                self.trace.append((actor.name, str(actor.at)))
                actor.state = State.RUNNING
                self._changed.notify_all()
        actor.blocked = not self._settle(actor, self.patience)
        for other in others:
            # It may have been given what it waited for. Then it is on its way to its next point.
            self._settle(other, 5 * GLANCE)
        return actor.state

    def _settle(self, actor: Actor, patience: float) -> bool:
        """Wait until it stands or has ended; False if it was blocked for `patience` seconds."""
        idle, longest = 0.0, time.monotonic() + LONGEST_RUN
        with self._changed:
            while actor.state is State.RUNNING:
                now, used = time.monotonic(), time.process_time()
                self._changed.wait(GLANCE)
                passed = time.monotonic() - now
                idle = 0.0 if time.process_time() - used > AT_WORK * passed else idle + passed
                if idle > patience and actor.state is State.RUNNING:
                    if waits_for_another(actor.thread, backend=actor.backend):
                        return False
                    idle = 0.0
                assert now < longest, f"{actor} comes to no pause point:\n{_stack(actor)}"
        return True

    def _show_error(self, actor: Actor) -> None:
        if actor.error is not None and not actor.error_shown:
            actor.error_shown = True
            raise actor.error

    def _live(self, actor: Actor) -> None:
        self._stop(actor, BEGIN)
        try:
            with points.queries(self._pause):
                actor.result = actor.what()
        except BaseException as error:
            error.add_note(f"in the actor {actor.name!r}")
            actor.error = error
        finally:
            connections.close_all()
            with self._changed:
                actor.state = State.ENDED
                self._changed.notify_all()

    def _pause(self, point: Point) -> None:
        thread = threading.current_thread()
        if (actor := self._actors.get(thread.name)) is not None and actor.thread is thread:
            actor.passed.append(point)
            if (raw := connections["default"].connection) is not None and not raw.closed:
                actor.backend = raw.info.backend_pid
            self._stop(actor, point)

    def _stop(self, actor: Actor, point: Point) -> None:
        with self._changed:
            actor.at, actor.state = point, State.PAUSED
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._free or actor.state is State.RUNNING)
            actor.state = State.RUNNING


class Turn:
    """How far an actor is to go. Each raises what the actor raised, and Blocked if it can't go on."""

    def __init__(self, schedule: Schedule, actor: Actor) -> None:
        self._schedule = schedule
        self._actor = actor

    def until(self, wanted: Wanted) -> Point:
        """It stands before what is wanted. Raises NotReached if it ends without coming there."""
        actor = self._actor
        while not (wanted.nth and wanted.fits(actor.at) and self._seen(wanted) == wanted.nth):
            self.step()
            if actor.state is State.ENDED:
                raise NotReached(f"{actor.name!r} ended without coming to {wanted}. It came to:\n{_list(actor.passed)}")
            if wanted.nth is None and wanted.fits(actor.at):
                break
        return actor.at

    def past(self, wanted: Wanted) -> Point:
        """What is wanted has been done. It stands at the next point after that, or has ended."""
        self.until(wanted)
        return self.step()

    def step(self) -> Point:
        """It goes on to its next point, whichever that is, or its end."""
        if self._schedule.advance(self._actor) is State.RUNNING:
            raise Blocked(f"{self._actor} is blocked:\n{_stack(self._actor)}")
        self._schedule._show_error(self._actor)
        return self._actor.at

    def to_the_end(self) -> Any:
        """It ends: what it returned."""
        while self._actor.state is not State.ENDED:
            self.step()
        self._schedule._show_error(self._actor)
        return self._actor.result

    @property
    def ended(self) -> bool:
        """Whether it has."""
        return self._actor.state is State.ENDED

    def until_blocked(self) -> Point:
        """It waits for what another has to give it. Returns the point before that. Raises NotReached if it ends."""
        while self._schedule.advance(self._actor) is not State.RUNNING:
            if self._actor.state is State.ENDED:
                self._schedule._show_error(self._actor)
                raise NotReached(f"{self._actor.name!r} ended without being blocked")
        return self._actor.at

    def _seen(self, wanted: Wanted) -> int:
        return sum(wanted.fits(point) for point in self._actor.passed)


def _stack(actor: Actor) -> str:
    frame = sys._current_frames().get(actor.thread.ident or 0)
    return "".join(traceback.format_stack(frame)) if frame else ""


def _list(passed: Sequence[Point]) -> str:
    return "\n".join(f"  {point} {point.detail[:100]}" for point in passed) or "  nothing"
