"""Redis in trouble under steady load over HTTP, of two processes whose drainers run: nobody is turned away."""

from __future__ import annotations

import itertools
import logging
import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest
from django.db import connections
from django.utils import timezone
from pytest_django import DjangoDbBlocker
from redis.connection import ConnectionPool

from matches.models import Match
from predictions import services
from predictions.cache.answers import Source
from predictions.cache.breaker import Breaker, State
from predictions.cache.gate import gate
from tests.integration.database import Database
from tests.integration.faults import Deaf
from tests.integration.load import Answer, SteadyLoad, clients, stampede, summary, within
from tests.integration.servers import RedisServer
from tests.integration.site import Site, path, site
from tests.predictor_site.processes import eventually

logger = logging.getLogger(__name__)

WORKERS = 2
# Seconds after which a client gives up, which is a failure.
TIMEOUT = 2.0
# Within how many seconds of its return Redis is used again.
BACK_WITHIN = 2.0
BEFORE, DURING, AFTER = 1.0, 3.0, 3.0
LOAD = {"warm": 4, "cold": 2, "unknown": 2}
PAUSE = 0.04
MOST_COMPUTATIONS = 4


@pytest.fixture(scope="module")
def served(filled_database: Database, django_db_blocker: DjangoDbBlocker) -> Iterator[Site]:
    with site(
        filled_database,
        django_db_blocker,
        matches=3000,
        workers=WORKERS,
        threads=16,
        tcp=True,
        settings={"MOST_COMPUTATIONS": MOST_COMPUTATIONS},
    ) as served:
        yield served


@pytest.fixture
def warm(served: Site) -> list[str]:
    """Addresses of predictions that are cached."""
    addresses = [served.cold() for _ in range(10)]
    for address in addresses:
        # More than once while a server that has just started is told what it has missed.
        eventually(partial(_is_hit, served, address))
    return addresses


def _is_hit(served: Site, address: str) -> bool:
    return served.web.get(address).headers["cache-status"].startswith("predictor; hit")


@dataclass(frozen=True, slots=True)
class Outage:
    begin: Callable[[RedisServer], None]
    end: Callable[[RedisServer], None]


def _full(redis: RedisServer) -> None:
    # In this order, or it evicts all it holds first.
    redis.config_set(maxmemory_policy="noeviction", maxmemory="1")


def _roomy(redis: RedisServer) -> None:
    redis.config_set(maxmemory="256mb", maxmemory_policy="volatile-ttl")


def _flush(redis: RedisServer) -> None:
    with redis.client as client:
        client.flushall()


def _nothing(redis: RedisServer) -> None:
    """It is back at once."""


KILLED = Outage(RedisServer.kill, RedisServer.start)
HUNG = Outage(RedisServer.pause, RedisServer.resume)
FULL = Outage(_full, _roomy)
READ_ONLY = Outage(RedisServer.refuse_writes, RedisServer.accept_writes)
FLUSHED = Outage(_flush, _nothing)

Periods = tuple[tuple[float, float], tuple[float, float], tuple[float, float]]


def _under_load(served: Site, warm: Sequence[str], outage: Outage) -> tuple[list[Answer], Periods]:
    """What all clients were answered, and when it was before, during and after the outage."""
    paths: dict[str, Callable[[], str]] = {
        "warm": itertools.cycle(warm).__next__,
        "cold": served.cold,
        "unknown": lambda: path(random.randrange(10**9, 10**12)),
    }
    with SteadyLoad(served.web, LOAD, paths=paths, timeout=TIMEOUT, pause=PAUSE) as load:
        before = load.run(BEFORE)
        outage.begin(served.redis)
        during = load.run(DURING)
        outage.end(served.redis)
        after = load.run(AFTER)
    for name, period in (("before", before), ("during", during), ("after", after)):
        logger.info("%s: %s", name, summary(within(load.answers, period)))
    return load.answers, (before, during, after)


def _nobody_is_troubled(answers: Sequence[Answer]) -> None:
    """No reset, no time-out, nothing but what is right: this load is below all limits, so there is no 503 either."""
    right = {"warm": 200, "cold": 200, "unknown": 404}
    wrong = Counter(
        (answer.kind, answer.error or answer.status)
        for answer in answers
        if answer.error or answer.status != right[answer.kind]
    )
    assert not wrong


def _it_is_used_again(answers: Sequence[Answer], after: tuple[float, float]) -> None:
    """In time: what was cached or asked for meanwhile is a hit, what is computed is stored."""
    begin, end = after
    later = within(answers, (begin + BACK_WITHIN, end))
    assert _how(later, "warm") == {"hit"}
    assert _how(later, "cold") == {"fwd=miss; stored"}
    first = min(answer.begun for answer in within(answers, after, "warm") if answer.how == "hit")
    logger.info("the first hit %.2f s after its return", first - begin)


def _how(answers: Sequence[Answer], kind: str) -> set[str]:
    return {answer.how for answer in answers if answer.kind == kind}


@pytest.mark.parametrize("outage", [KILLED, pytest.param(HUNG, marks=pytest.mark.slow)], ids=["killed", "hung"])
def test_without_redis_everything_is_computed(served: Site, warm: list[str], outage: Outage) -> None:
    answers, (before, during, after) = _under_load(served, warm, outage)
    _nobody_is_troubled(answers)
    assert _how(within(answers, before), "warm") == {"hit"}
    begin, end = during
    for kind in LOAD:
        assert _how(within(answers, (begin + 1.5, end)), kind) == {"fwd=bypass"}
    _it_is_used_again(answers, after)


@pytest.mark.slow
@pytest.mark.parametrize("outage", [FULL, READ_ONLY], ids=["full", "read-only"])
def test_a_redis_that_refuses_writes_goes_on_serving_hits(served: Site, warm: list[str], outage: Outage) -> None:
    answers, (before, during, after) = _under_load(served, warm, outage)
    _nobody_is_troubled(answers)
    for period in (before, during, after):
        assert _how(within(answers, period), "warm") == {"hit"}
    for kind in ("cold", "unknown"):
        assert _how(within(answers, during), kind) == {"fwd=miss"}
    _it_is_used_again(answers, after)


@pytest.mark.slow
def test_a_flushed_redis_is_filled_again(served: Site, warm: list[str]) -> None:
    answers, (_, during, after) = _under_load(served, warm, FLUSHED)
    _nobody_is_troubled(answers)
    missed = [answer.path for answer in answers if answer.kind == "warm" and answer.how == "fwd=miss; stored"]
    assert sorted(missed) == sorted(warm)
    _it_is_used_again(answers, during)
    _it_is_used_again(answers, after)


def test_without_redis_no_more_is_computed_at_once_than_the_limit_says(served: Site) -> None:
    served.redis.kill()
    try:
        with clients(served.web, 64, timeout=TIMEOUT + 5) as crowd, served.web.computations_slowed(0.3):
            answers = stampede(crowd, [served.cold() for _ in crowd])
    finally:
        served.redis.start()
    logger.info("%s; at most %d at once", summary(answers), served.web.most_at_once())
    assert served.web.most_at_once() == MOST_COMPUTATIONS
    assert not [answer for answer in answers if answer.error or answer.status not in (200, 503)]
    assert all(answer.headers["retry-after"] == "1" for answer in answers if answer.status == 503)
    # Those beyond who computes and who may wait.
    assert sum(answer.status == 200 for answer in answers) >= WORKERS * MOST_COMPUTATIONS


@pytest.mark.slow
def test_once_a_process_knows_that_redis_is_away_it_only_probes(served: Site, warm: list[str]) -> None:
    seconds = 4.0
    paths = {"warm": itertools.cycle(warm).__next__}
    served.redis.kill()
    deaf = Deaf(served.redis.port)
    try:
        with SteadyLoad(served.web, {"warm": 4}, paths=paths, timeout=TIMEOUT, pause=0.01) as load:
            load.run(2.0)
            before = deaf.connections
            period = load.run(seconds)
            connections = deaf.connections - before
    finally:
        deaf.close()
        served.redis.start()
    asked = within(load.answers, period)
    logger.info("%d connections for %s", connections, summary(asked))
    assert _how(asked, "warm") == {"fwd=bypass"}
    # A probe is one connection, every second at the most, and takes half a second to fail.
    assert connections <= WORKERS * (seconds + 1)
    assert len(asked) > 4 * connections


def test_once_the_breaker_is_open_nothing_calls_redis_but_the_probe(
    own_database: Database, own_redis: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counted in this process, where every command gets its connection from."""
    seconds, calls = 0.0, 0
    get_connection = ConnectionPool.get_connection

    def counted(self: ConnectionPool, *args: Any, **kwargs: Any) -> Any:
        nonlocal calls
        calls += 1
        return get_connection(self, *args, **kwargs)

    def sources() -> set[Source]:
        """Where the answers to fifty callers came from."""
        with ThreadPoolExecutor(8) as pool:
            return set(pool.map(_source, 50 * [match_id]))

    match_id = Match.objects.scheduled().order_by("kickoff")[0].pk
    monkeypatch.setattr(ConnectionPool, "get_connection", counted)
    monkeypatch.setattr(gate, "_breaker", Breaker(failures=3, seconds=1.0, clock=lambda: seconds))
    assert sources() >= {Source.HIT}
    own_redis.kill()
    while gate.state is not State.OPEN:
        assert _source(match_id) is Source.BYPASS
    for moment, probes in ((0.0, 0), (1.0, 1), (1.9, 0), (2.0, 1)):
        seconds, calls = moment, 0
        assert sources() == {Source.BYPASS}
        assert calls == probes
    own_redis.start()
    seconds = 3.0
    _source(match_id)
    assert sources() >= {Source.HIT}


def _source(match_id: int) -> Source:
    try:
        return services.predict(match_id, now=timezone.now()).source
    finally:
        connections.close_all()
