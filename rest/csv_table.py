"""JSON as a table of comma-separated values (RFC 4180)."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from typing import Any

_Path = tuple[str, ...]

# What a spreadsheet takes for the beginning of a formula. https://owasp.org/www-community/attacks/CSV_Injection
_FORMULA = re.compile(r"[=+\-@\t\r\n＝＋－＠]")


def table(document: Any, *, columns: Sequence[str] | None = None) -> str:
    """A header and one row for each of the `results` (or of a list's elements); otherwise one row of the document.

    Members of members are columns with dots: `score.home`, `last_meetings.0.day`. Null is an empty cell. `columns` are
    those there are; unless given, all that occur, in the order of the document, whatever the order of its rows.
    """
    rows = [dict(_cells(element)) for element in _elements(document)]
    paths = [tuple(name.split(".")) for name in columns] if columns is not None else _columns(rows)
    file = io.StringIO()
    writer = csv.writer(file)
    if paths:
        writer.writerow(_defused(".".join(path)) for path in paths)
        writer.writerows([_text(row.get(path)) for path in paths] for row in rows)
    return file.getvalue()


def file_name(path: str) -> str:
    """The name under which the table of an address is saved: `matches-12.csv` for /api/v1/matches/12/."""
    words = re.findall(r"[A-Za-z0-9_-]+", re.sub(r"\A.*?/api/v[0-9]+/", "", path))
    return f"{'-'.join(words)[:100] or 'predictor'}.csv"


def _elements(document: Any) -> list[Any]:
    if isinstance(document, dict) and isinstance(document.get("results"), list):
        document = document["results"]
    return document if isinstance(document, list) else [document]


def _cells(value: Any, path: _Path = ()) -> Iterator[tuple[_Path, Any]]:
    """Each value that has no members, and its place. An empty list or object is a null."""
    if isinstance(value, dict | list) and value:
        members = value.items() if isinstance(value, dict) else enumerate(value)
        for name, member in members:
            yield from _cells(member, (*path, str(name)))
    else:
        yield path or ("value",), None if isinstance(value, dict | list) else value


def _columns(rows: Sequence[dict[_Path, Any]]) -> list[_Path]:
    tree: dict[str, Any] = {}
    for row in rows:
        for path in row:
            node = tree
            for name in path:
                node = node.setdefault(name, {})
    filled = {path for row in rows for path, value in row.items() if value is not None}
    return list(_leaves(tree, (), filled))


def _leaves(tree: dict[str, Any], path: _Path, filled: set[_Path]) -> Iterator[_Path]:
    # What is null in one row and has members in another has columns for the members alone.
    if path and (not tree or path in filled):
        yield path
    for name, node in tree.items():
        yield from _leaves(node, (*path, name), filled)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    # A number may begin with a minus: it is no text, so it is no formula either.
    return _defused(value) if isinstance(value, str) else repr(value)


def _defused(text: str) -> str:
    return f"'{text}" if _FORMULA.match(text) else text
