"""A web server under control: several processes that share a database and a Redis with the test."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

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
