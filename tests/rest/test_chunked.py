from __future__ import annotations

import io
from typing import Any

from rest.chunked import with_length


def received(environ: dict[str, Any], *, most: int = 100) -> tuple[str | None, bytes]:
    """The length that the application is told, and what it can read."""
    got: dict[str, Any] = {}

    def application(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        got.update(environ)
        return []

    with_length(application, most=most)(environ, lambda *args: None)
    return got.get("CONTENT_LENGTH"), got["wsgi.input"].read()


def test_a_body_in_chunks_gets_its_length() -> None:
    environ = {"HTTP_TRANSFER_ENCODING": "Chunked", "wsgi.input": io.BytesIO(b"x" * 100)}

    assert received(environ) == ("100", b"x" * 100)


def test_no_more_is_read_than_shows_that_it_is_too_much() -> None:
    body = io.BytesIO(b"x" * 1000)

    assert received({"HTTP_TRANSFER_ENCODING": "gzip, chunked", "wsgi.input": body})[0] == "101"
    assert body.tell() == 101


def test_other_bodies_are_left_alone() -> None:
    body = io.BytesIO(b"x" * 1000)

    assert received({"CONTENT_LENGTH": "1000", "wsgi.input": body}) == ("1000", b"x" * 1000)
    assert received({"wsgi.input": io.BytesIO(b"")}) == (None, b"")
