"""A web server under control: several processes that share a database and a Redis with the test."""

from __future__ import annotations

import gzip
import http.client
import json
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from pytest_django import DjangoDbBlocker

from matches.models import League, Match
from tests.integration import servers
from tests.integration.database import Database, own_database
from tests.integration.servers import RedisServer
from tests.integration.web import WebServer, web_server
from tests.predictor_site.processes import all_gone, eventually


@pytest.fixture(scope="module")
def redis(django_db_blocker: DjangoDbBlocker) -> Iterator[RedisServer]:
    with django_db_blocker.unblock(), servers.redis_server() as server, servers.in_this_process(server):
        yield server


@pytest.fixture(scope="module")
def web(filled_database: Database, redis: RedisServer) -> Iterator[WebServer]:
    """One for all these tests: starting it takes seconds."""
    with (
        own_database(filled_database) as database,
        web_server(database=database, redis=redis, settings={"HTTP_MAX_AGE": 7}) as web,
    ):
        yield web


def _prediction(number: int) -> str:
    """That of the next match to be played, the one after, … Each test has one of its own."""
    return f"/api/v1/predictions/{Match.objects.scheduled().order_by('kickoff')[number].pk}/"


def test_all_its_workers_serve_what_the_test_has_in_its_database_and_redis(web: WebServer, redis: RedisServer) -> None:
    first = web.get(_prediction(0))
    assert first.status == 200
    assert first.json()["match"]["home_team"]["name"] == "Albion"
    with redis.client as client:
        assert client.dbsize() > 0
    for _ in range(10):
        assert web.get(_prediction(0)).headers["cache-status"].startswith("predictor; hit")


def test_what_the_test_writes_its_workers_see(web: WebServer) -> None:
    path = _prediction(1)
    assert web.get(path).json()["match"]["league"]["name"] == "Premier League"
    league = League.objects.get()
    league.name = "First Division"
    league.save()
    assert web.get(path).json()["match"]["league"]["name"] == "First Division"


def test_settings_are_the_tests(web: WebServer) -> None:
    assert "max-age=7" in web.get(_prediction(2)).headers["cache-control"]


def test_computations_are_counted_inside_the_estimator_and_can_be_held(web: WebServer) -> None:
    path, before = _prediction(3), len(web.computations())
    with ThreadPoolExecutor(1) as pool:
        with web.computations_held():
            answer = pool.submit(web.get, path)
            eventually(lambda: len(web.computations()) > before)
            assert not answer.done()
        assert answer.result(30).status == 200
    [computation] = web.computations()[before:]
    assert computation.worker in web.workers()
    assert computation.matches == 1
    web.get(path)
    assert len(web.computations()) == before + 1


def test_a_killed_worker_is_replaced(web: WebServer) -> None:
    before = web.workers()
    assert len(before) == 2
    starts = web.starts()
    web.kill_worker(before[0])
    web.wait_for_workers(starts + 1)
    assert before[0] not in web.workers()
    assert len(web.workers()) == 2
    assert web.get(_prediction(4)).status == 200


def test_nothing_is_left_of_it(filled_database: Database, redis: RedisServer) -> None:
    with web_server(database=filled_database, redis=redis, workers=1) as web:
        pids = web.workers()
        assert not all_gone(pids)
    eventually(lambda: all_gone(pids))
    assert not web.folder.exists()


def test_one_that_can_not_start_says_why(filled_database: Database, redis: RedisServer) -> None:
    with (
        pytest.raises(AssertionError, match=r"could not start(.|\n)*no_such_app"),
        web_server(database=filled_database, redis=redis, settings={"INSTALLED_APPS": ["no_such_app"]}),
    ):
        pass


def _said(web: WebServer, head: str, body: bytes = b"") -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body of what the server says to these very bytes, even if it does not read them all."""
    with socket.create_connection(("127.0.0.1", web.port), timeout=30) as connection:
        connection.sendall(f"{head}\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode())
        with suppress(OSError):
            connection.sendall(body)
        response = http.client.HTTPResponse(connection, method=head.partition(" ")[0])
        response.begin()
        # Not `response.read()`, which expects no body where there must be none.
        rest = response.fp.read() if head.startswith("HEAD") else response.read()
        return response.status, {name.lower(): value for name, value in response.getheaders()}, rest


def _chunks(body: bytes) -> bytes:
    pieces = [body[start : start + 60_000] for start in range(0, len(body), 60_000)]
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


BATCH = "POST /api/v1/predictions/batch/ HTTP/1.1\r\nContent-Type: application/json"


def test_head_has_the_headers_of_get_and_no_body(web: WebServer) -> None:
    path = _prediction(4)
    web.get(path)
    status, got, body = _said(web, f"GET {path} HTTP/1.1")
    head_status, head, nothing = _said(web, f"HEAD {path} HTTP/1.1")

    assert (status, head_status) == (200, 200)
    assert (len(body) > 100, nothing) == (True, b"")
    assert head.keys() == got.keys()
    for name in ("etag", "content-length", "content-type", "cache-control", "vary"):
        assert head[name] == got[name]


def test_what_is_compressed_is_the_same_and_can_be_asked_for_again(web: WebServer) -> None:
    path = _prediction(4)
    _, plain, body = _said(web, f"GET {path} HTTP/1.1")
    _, packed, compressed = _said(web, f"GET {path} HTTP/1.1\r\nAccept-Encoding: gzip, br")

    assert gzip.decompress(compressed) == body
    assert packed["etag"] != plain["etag"]
    assert packed["content-length"] == str(len(compressed))
    for etag in (plain["etag"], packed["etag"]):
        condition = f"If-None-Match: {etag}"
        status, headers, nothing = _said(web, f"GET {path} HTTP/1.1\r\nAccept-Encoding: gzip\r\n{condition}")
        assert (status, nothing) == (304, b"")
        assert headers["etag"] == etag
        assert {"Accept", "Accept-Encoding"} <= set(headers["vary"].split(", "))


def test_a_body_in_chunks_is_read(web: WebServer) -> None:
    body = json.dumps({"match_ids": [Match.objects.scheduled().order_by("kickoff")[5].pk]}).encode()
    with_length = _said(web, f"{BATCH}\r\nContent-Length: {len(body)}", body)
    in_chunks = _said(web, f"{BATCH}\r\nTransfer-Encoding: chunked", _chunks(body))

    assert (with_length[0], in_chunks[0]) == (200, 200)
    assert (
        json.loads(with_length[2])["results"][0]["prediction"] == json.loads(in_chunks[2])["results"][0]["prediction"]
    )


def test_a_body_of_ten_megabytes_is_refused_unread_with_and_without_a_length(web: WebServer) -> None:
    body = b"x" * 10_000_000
    for head, sent in (
        (f"{BATCH}\r\nContent-Length: {len(body)}", body),
        (f"{BATCH}\r\nTransfer-Encoding: chunked", _chunks(body)),
    ):
        status, headers, said = _said(web, head, sent)
        assert (status, headers["content-type"]) == (413, "application/problem+json")
        assert json.loads(said)["type"] == "/problems/content-too-large"


def test_no_content_type_is_too_odd(web: WebServer) -> None:
    for odd in ("text/plain; charset=base64", "a/b; x*=nonsense'en'y", ";;;"):
        status, _, _ = _said(web, f"GET /api/v1/matches/?league=%C3%BC HTTP/1.1\r\nContent-Type: {odd}")
        assert status == 200
