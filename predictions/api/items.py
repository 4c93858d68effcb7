"""Predictions among others, in a list or a batch: each with its own status, and the cached bytes as they are."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from predictions.api.headers import age, cache_status
from predictions.cache.answers import Answer
from rest.problems import KINDS


def items(match_ids: Iterable[int], answers: Mapping[int, Answer], *, now: float) -> bytes:
    """A JSON array with one item for each id, in order. `now` in seconds since 1970.

    {"match_id": int, "status": 200, "cache_status": str, "age": seconds, "etag": str, "prediction": object}, or where
    there is no such match {"match_id": int, "status": 404, "cache_status": str, "problem": object as RFC 9457 has it}.
    """
    return b"[" + b",".join(_item(match_id, answers[match_id], now) for match_id in match_ids) + b"]"


def with_items(envelope: Mapping[str, Any], results: bytes) -> bytes:
    """The envelope as JSON, of which `results`, an array, becomes the last member."""
    return _with_member(envelope, "results", results)


def _item(match_id: int, answer: Answer, now: float) -> bytes:
    entry = answer.entry
    status = cache_status(answer, now=now)
    if entry.is_absence:
        return _json({"match_id": match_id, "status": 404, "cache_status": status, "problem": _not_found(match_id)})
    # None of these has a character that JSON writes otherwise, but for the quotes around the etag.
    told = (
        f'{{"match_id":{match_id},"status":200,"cache_status":"{status}","age":{age(answer, now=now)},'
        f'"etag":"\\"{entry.etag}\\"","prediction":'
    )
    # The body is JSON already: it is put in as it is, and so is the same as when it is asked for alone.
    return b"".join((told.encode(), entry.body, b"}"))


def _not_found(match_id: int) -> dict[str, Any]:
    status, title = KINDS["not-found"]
    return {
        "type": "/problems/not-found",
        "title": title,
        "status": status,
        "detail": f"There is no match {match_id}.",
    }


def _with_member(envelope: Mapping[str, Any], name: str, value: bytes) -> bytes:
    begun = _json(envelope).removesuffix(b"}")
    comma = b"," if envelope else b""
    return b"".join((begun, comma, _json(name), b":", value, b"}"))


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
