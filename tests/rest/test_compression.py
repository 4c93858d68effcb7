from __future__ import annotations

import gzip
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from rest.compression import compression
from rest.conditional import conditional

BODY = b'{"home": 0.5}' * 100


def public(request: HttpRequest) -> HttpResponse:
    return HttpResponse(BODY, headers={"ETag": '"own"'})


def personal(request: HttpRequest) -> HttpResponse:
    return HttpResponse(BODY)


def short(request: HttpRequest) -> HttpResponse:
    return HttpResponse(b"{}")


def ask(view: Any = public, *, accept_encoding: str = "gzip", **headers: str) -> Any:
    headers = {"accept-encoding": accept_encoding, **{k.replace("_", "-"): v for k, v in headers.items()}}
    return compression(conditional(view))(RequestFactory().get("/api/v1/x/", headers=headers))


@pytest.mark.parametrize(
    "accepted", ["gzip", "br, gzip", "deflate, gzip;q=0.5", "x-gzip", "*", "GZIP ; q=1.0", "*;q=0, gzip"]
)
def test_who_accepts_gzip_gets_it(accepted: str) -> None:
    response = ask(accept_encoding=accepted)

    assert response.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(response.content) == BODY
    assert response.headers["Content-Length"] == str(len(response.content))
    assert response.headers["Vary"] == "Accept-Encoding"


@pytest.mark.parametrize(
    "accepted", ["", "identity", "br", "gzip;q=0", "gzip;q=0.000", "gzipped", "*, gzip;q=0", "*;q=0"]
)
def test_others_get_it_as_it_is(accepted: str) -> None:
    response = ask(accept_encoding=accepted)

    assert "Content-Encoding" not in response.headers
    assert response.content == BODY
    assert response.headers["ETag"] == '"own"'
    assert response.headers["Vary"] == "Accept-Encoding"


def test_compressed_bytes_have_a_strong_etag_of_their_own_and_are_always_the_same() -> None:
    first, second = ask(), ask()

    assert first.headers["ETag"] == '"own-gzip"'
    assert first.content == second.content


@pytest.mark.parametrize("condition", ['"own-gzip"', 'W/"own-gzip"', '"own"'])
def test_who_accepts_gzip_gets_a_304_by_either_etag(condition: str) -> None:
    response = ask(if_none_match=condition)

    assert response.status_code == 304
    assert response.headers["Vary"] == "Accept-Encoding"


def test_who_accepts_no_gzip_has_not_what_was_compressed() -> None:
    response = ask(accept_encoding="", if_none_match='"own-gzip"')

    assert response.status_code == 200
    assert response.content == BODY
    assert ask(accept_encoding="", if_none_match='"own"').status_code == 304


def test_a_304_names_the_etag_that_the_client_has() -> None:
    assert ask(if_none_match='"own-gzip"').headers["ETag"] == '"own-gzip"'
    assert ask(if_none_match='"own"').headers["ETag"] == '"own"'


@pytest.mark.parametrize("accepted", ["gzip", ""])
def test_who_got_it_compressed_can_name_what_it_writes_over(accepted: str) -> None:
    assert ask(accept_encoding=accepted, if_match='"own-gzip"').status_code == 200
    assert ask(accept_encoding=accepted, if_match='"other-gzip"').status_code == 412


def test_the_length_of_what_may_hold_a_secret_tells_nothing() -> None:
    assert len({len(compression(personal)(_for_gzip()).content) for _ in range(20)}) > 1  # type: ignore[attr-defined]


def _for_gzip() -> HttpRequest:
    return RequestFactory().get("/admin/", headers={"accept-encoding": "gzip"})


def test_what_is_short_is_not_compressed() -> None:
    response = ask(short)

    assert response.content == b"{}"
    assert "Content-Encoding" not in response.headers
    # As what it becomes when it grows, and as a 304 says, which has no length to go by.
    assert response.headers["Vary"] == "Accept-Encoding"


def test_what_has_an_encoding_already_is_left_alone() -> None:
    def encoded(request: HttpRequest) -> HttpResponse:
        return HttpResponse(BODY, headers={"Content-Encoding": "br"})

    assert ask(encoded).content == BODY
