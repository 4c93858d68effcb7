from __future__ import annotations

import io

import pytest
from rest_framework.exceptions import ParseError

from rest.parsers import JSONParser


def parse(body: bytes, **context: str) -> object:
    return JSONParser().parse(io.BytesIO(body), "application/json", context)


def test_json_is_read() -> None:
    assert parse('{"name": "Köln", "ids": [1]}'.encode()) == {"name": "Köln", "ids": [1]}


@pytest.mark.parametrize("encoding", ["utf-16", "latin-1", "base64"])
def test_it_is_utf_8_whatever_the_request_says(encoding: str) -> None:
    assert parse('"ü"'.encode(), encoding=encoding) == "ü"


@pytest.mark.parametrize(
    "body",
    [
        *(b"[" * 100_000, b'{"a":' * 100_000, b"[" * 100_000 + b"]" * 100_000),
        *(
            b"",
            b"{",
            b"nonsense",
            b"NaN",
            b"[Infinity]",
            b'"\xff"',
            b"\xef\xbb\xbf{}",
            b"9" * 5000,
            '"ü"'.encode("utf-16"),
        ),
    ],
)
def test_what_is_no_json_is_the_clients_mistake(body: bytes) -> None:
    with pytest.raises(ParseError):
        parse(body)


@pytest.mark.parametrize("body", [b'{"a": 1, "b": 2, "a": 1}', b'[{"c": {"a": 1, "\\u0061": 2}}]'])
def test_a_member_that_is_there_twice_is_named(body: bytes) -> None:
    with pytest.raises(ParseError, match="the member 'a' is there more than once"):
        parse(body)


def test_members_of_different_objects_may_be_called_the_same() -> None:
    assert parse(b'[{"a": {"a": 1}}, {"a": 2}]') == [{"a": {"a": 1}}, {"a": 2}]
