from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.utils.http import http_date

from rest.conditional import conditional, etag_of, require_match
from rest.problems import Problem

MADE = 1_780_000_000


def ask(
    view: Callable[[HttpRequest], HttpResponse] | None = None,
    *,
    method: str = "GET",
    path: str = "/api/v1/x/",
    **headers: str,
) -> Any:
    request = RequestFactory().generic(method, path, headers={k.replace("_", "-"): v for k, v in headers.items()})
    return conditional(view or (lambda request: HttpResponse(b"{}")))(request)


def dated(request: HttpRequest) -> HttpResponse:
    return HttpResponse(b"{}", headers={"ETag": '"own"', "Last-Modified": http_date(MADE), "Vary": "Accept"})


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_every_answer_has_an_etag(method: str) -> None:
    assert ask(method=method).headers["ETag"] == etag_of(b"{}")


def test_other_bytes_have_another_etag() -> None:
    assert etag_of(b"{}") == etag_of(b"{}") != etag_of(b"[]")
    assert not etag_of(b"{}").startswith("W/")


def test_a_views_own_etag_stays() -> None:
    assert ask(dated).headers["ETag"] == '"own"'


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("condition", ['"own"', 'W/"own"', '"a", "own"', "*"])
def test_who_has_it_already_gets_a_304(method: str, condition: str) -> None:
    response = ask(dated, method=method, if_none_match=condition)

    assert response.status_code == 304
    assert response.content == b""
    assert response.headers["ETag"] == '"own"'
    assert response.headers["Vary"] == "Accept"


def test_a_304_says_what_there_is_to_say_of_the_answer_and_nothing_of_its_bytes() -> None:
    def aged(request: HttpRequest) -> HttpResponse:
        named = {"Age": "5", "Cache-Status": "predictor; hit", "Content-Language": "en", "Content-Location": "/x/"}
        return HttpResponse(b"{}", headers=named)

    headers = ask(aged, if_none_match=etag_of(b"{}")).headers

    assert (headers["Age"], headers["Cache-Status"]) == ("5", "predictor; hit")
    assert not {"Content-Type", "Content-Language"} & headers.keys()
    assert headers["Content-Location"] == "/x/"


def test_who_has_another_gets_it() -> None:
    assert ask(dated, if_none_match='"other"').status_code == 200


@pytest.mark.parametrize("name", ["if_modified_since", "if_unmodified_since"])
@pytest.mark.parametrize("moment", [MADE - 1, MADE, MADE + 1])
def test_conditions_by_date_are_passed_over(name: str, moment: int) -> None:
    assert ask(dated, **{name: http_date(moment)}).status_code == 200


def test_a_condition_that_is_not_met_is_a_problem() -> None:
    response = ask(dated, if_match='"other"')

    assert response.status_code == 412
    assert b"/problems/precondition-failed" in response.content


@pytest.mark.parametrize("condition", ["nonsense", '"', "\x00", "W/", "," * 1000])
def test_a_condition_that_makes_no_sense_is_not_met_by_anything(condition: str) -> None:
    assert ask(dated, if_none_match=condition).status_code == 200


def test_errors_and_what_nobody_may_keep_have_no_etag() -> None:
    assert "ETag" not in ask(lambda request: HttpResponse(status=404)).headers
    assert "ETag" not in ask(lambda request: HttpResponse(headers={"Cache-Control": "no-store"})).headers


def test_what_writes_is_left_to_its_view() -> None:
    assert "ETag" not in ask(method="POST").headers


def test_pages_for_people_see_to_it_themselves() -> None:
    assert "ETag" not in ask(path="/matches/1/").headers


def test_who_writes_may_say_over_what() -> None:
    request = RequestFactory().patch("/api/v1/matches/1/", headers={"if-match": '"a", "b"'})
    require_match(request, etag='"b"')
    require_match(RequestFactory().patch("/"), etag='"b"')
    with pytest.raises(Problem) as raised:
        require_match(request, etag='"c"')
    assert raised.value.status_code == 412


@pytest.mark.parametrize("condition", ["", " ", "deadbeef", '"', "W/", "a, b", "*, *"])
def test_who_writes_over_something_that_it_does_not_name_is_refused(condition: str) -> None:
    request = RequestFactory().patch("/api/v1/matches/1/", headers={"if-match": condition})
    with pytest.raises(Problem) as raised:
        require_match(request, etag='"deadbeef"')
    assert raised.value.status_code == 400
    assert "quotation marks" in str(raised.value.detail)


@pytest.mark.parametrize("moment", [MADE - 1, MADE + 1])
def test_who_writes_may_not_say_so_by_a_date(moment: int) -> None:
    headers = {"if-unmodified-since": http_date(moment)}
    require_match(RequestFactory().patch("/api/v1/matches/1/", headers=headers), etag='"a"')
