"""How mutants are made: one function each, which breaks the code by patches that are undone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import wraps
from typing import Any

import pytest

from predictions.cache import scripts

Mutant = Callable[[], AbstractContextManager[None]]

MUTANTS: dict[str, Mutant] = {}


def mutant(break_it: Callable[[pytest.MonkeyPatch], None]) -> Mutant:
    """A context manager inside which the code is broken, from a function that breaks it."""

    @wraps(break_it)
    @contextmanager
    def broken() -> Iterator[None]:
        with pytest.MonkeyPatch.context() as patch:
            break_it(patch)
            yield

    made: Mutant = broken
    MUTANTS[break_it.__name__] = made
    return made


class _Any:
    """A generation that every entry was made under."""

    __hash__ = None  # type: ignore[assignment]

    def __eq__(self, other: object) -> bool:
        return True

    def __ne__(self, other: object) -> bool:
        return False


ANY: Any = _Any()


def rewrite(patch: pytest.MonkeyPatch, name: str, old: str, new: str) -> None:
    """Another text for a part of one of the scripts."""
    step = getattr(scripts, name).step
    assert step.count(old) == 1, f"the script {name} has changed: it has {old!r} {step.count(old)} times"
    patch.setattr(scripts, name, scripts.Script.of(step.replace(old, new)))
