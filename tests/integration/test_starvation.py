"""What takes long must not keep what is cached from being served: who waits leaves threads for hits."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack
from functools import partial
from urllib.parse import urlsplit

import pytest
from pytest_django import DjangoDbBlocker

from tests.integration.database import Database
from tests.integration.faults import Relay, Relayed
from tests.integration.load import Answer, Client, Stampede, clients, summary
from tests.integration.site import Site, site
from tests.predictor_site.processes import eventually

pytestmark = pytest.mark.slow

logger = logging.getLogger(__name__)

WORKERS, THREADS, MOST_COMPUTATIONS, MOST_WAITERS = 2, 16, 4, 10
# More than may compute and wait in all of them.
CROWD = 20 * WORKERS
REFUSED = CROWD - WORKERS * (MOST_COMPUTATIONS + MOST_WAITERS)
# Nobody comes to the end of it before all hits have been asked for.
WAIT_SECONDS = 60.0
AT_ONCE = 20.0
HITS = 100
TIMEOUT = 2.0


@pytest.fixture(scope="module")
def relay(filled_database: Database) -> Iterator[Relay]:
    """The way to PostgreSQL."""
    address = urlsplit(filled_database.url)
    relay = Relay(address.hostname or "127.0.0.1", address.port or 5432)
    yield relay
    relay.close()


@pytest.fixture(scope="module")
def served(relay: Relay, filled_database: Database, django_db_blocker: DjangoDbBlocker) -> Iterator[Site]:
    with site(
        filled_database,
        django_db_blocker,
        matches=400,
        workers=WORKERS,
        threads=THREADS,
        seen_as=lambda database: Relayed(database.name, database.state, relay.port),
        settings={"MOST_COMPUTATIONS": MOST_COMPUTATIONS, "MOST_WAITERS": MOST_WAITERS, "WAIT_SECONDS": WAIT_SECONDS},
    ) as served:
        yield served


def _warmed(served: Site, guests: list[Client]) -> list[str]:
    """Addresses of predictions that are cached, as each worker knows."""
    addresses = [served.cold() for _ in range(5)]
    for address in addresses:
        for guest in guests:
            eventually(partial(_is_hit, guest, address))
    return addresses


def _is_hit(client: Client, address: str) -> bool:
    return client.get(address).how == "hit"


def _hits_are_served(guests: list[Client], warm: list[str]) -> None:
    """All of them, from each worker by turns."""
    answers: list[Answer] = []
    for number in range(HITS):
        answers.append(guests[number % len(guests)].get(warm[number % len(warm)]))
        if answers[-1].how != "hit":
            break
    logger.info("%s", summary(answers))
    assert Counter(answer.how for answer in answers) == {"hit": HITS}


@pytest.mark.parametrize("trouble", ["computations are slow", "the database hangs"])
def test_hits_are_served_while_all_who_may_wait_are_waiting(served: Site, relay: Relay, trouble: str) -> None:
    """With connections to Redis that each thread has to make anew, as at the beginning."""
    with clients(served.web, WORKERS, timeout=TIMEOUT) as guests, clients(served.web, CROWD) as crowd:
        warm = _warmed(served, guests)
        with served.redis.client as redis:
            redis.client_kill_filter(_type="normal")
        rush = Stampede(crowd, [served.cold() for _ in crowd])
        hang: AbstractContextManager[None] = relay.hung() if "database" in trouble else served.web.computations_held()
        with hang:
            rush.start()
            # Those for whom there is no place are told so at once. By then all places are taken.
            eventually(lambda: rush.answered >= REFUSED, within=AT_ONCE)
            _hits_are_served(guests, warm)
        answers = rush.answers()
    logger.info("%s", summary(answers))
    assert Counter(answer.error or answer.status for answer in answers) == {503: REFUSED, 200: CROWD - REFUSED}
    assert all("retry-after" in answer.headers for answer in answers if answer.status == 503)
    assert served.web.most_at_once() <= MOST_COMPUTATIONS


def test_when_redis_is_back_hits_are_served_though_all_who_may_wait_are_still_waiting(served: Site) -> None:
    with clients(served.web, WORKERS, timeout=TIMEOUT) as guests, clients(served.web, CROWD) as crowd:
        warm = _warmed(served, guests)
        rush = Stampede(crowd, [served.cold() for _ in crowd])
        with served.web.computations_held():
            with ExitStack() as hang:
                served.redis.pause()
                hang.callback(served.redis.resume)
                rush.start()
                eventually(lambda: rush.answered >= REFUSED, within=AT_ONCE)
            for guest in guests:
                eventually(partial(_is_hit, guest, warm[0]), within=2)
            _hits_are_served(guests, warm)
        answers = rush.answers()
    logger.info("%s", summary(answers))
    assert Counter(answer.error or answer.status for answer in answers) == {503: REFUSED, 200: CROWD - REFUSED}
