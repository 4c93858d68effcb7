"""Many ask at once for what is not cached: over HTTP, of several processes. One computes, all are answered."""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Iterator, Sequence

import pytest
from pytest_django import DjangoDbBlocker

from tests.integration.database import Database
from tests.integration.load import Answer, Stampede, clients, stampede, summary
from tests.integration.site import Site, path, site
from tests.predictor_site.processes import eventually

logger = logging.getLogger(__name__)

CLIENTS, WORKERS = 256, 4
# All clients of a worker but one may have to wait, and are not to be turned away.
THREADS = CLIENTS // WORKERS + 8
LEASE_SECONDS = 3.0


@pytest.fixture(scope="module")
def served(filled_database: Database, django_db_blocker: DjangoDbBlocker) -> Iterator[Site]:
    with site(
        filled_database,
        django_db_blocker,
        matches=200,
        workers=WORKERS,
        threads=THREADS,
        settings={"ROOT_URLCONF": "tests.integration.web_urls", "LEASE_SECONDS": LEASE_SECONDS},
    ) as served:
        yield served


def _evenly_answered(answers: Sequence[Answer]) -> None:
    """Each client got 200 and the same bytes, and each worker had its share of them."""
    logger.info("%s", summary(answers))
    assert Counter(answer.error or answer.status for answer in answers) == {200: CLIENTS}
    assert len({answer.body for answer in answers}) == 1
    assert set(Counter(answer.worker for answer in answers).values()) == {CLIENTS // WORKERS}


def _same(path: str) -> list[str]:
    return CLIENTS * [path]


@pytest.mark.parametrize("seconds", [0.0, 0.5], ids=["quick", "slow"])
def test_of_all_that_ask_for_a_cold_key_one_computes(served: Site, seconds: float) -> None:
    with clients(served.web, CLIENTS) as crowd, served.web.computations_slowed(seconds):
        before = len(served.web.computations())
        answers = stampede(crowd, _same(served.cold()))
    assert len(served.web.computations()) - before == 1
    _evenly_answered(answers)
    how = Counter(answer.how for answer in answers)
    assert how["fwd=miss; stored"] == 1
    assert how["fwd=miss; stored"] + how["fwd=miss; stored; collapsed"] + how["hit"] == CLIENTS


def test_all_that_come_while_it_is_computed_share_it(served: Site) -> None:
    with clients(served.web, CLIENTS) as crowd:
        before = len(served.web.computations())
        with served.web.computations_held():
            rush = Stampede(crowd, _same(served.cold()))
            rush.start()
            # Those who wait ask for the lease again and again.
            claims = _claims(served)
            eventually(lambda: _claims(served) > claims + 20 * WORKERS)
        answers = rush.answers()
    assert len(served.web.computations()) - before == 1
    _evenly_answered(answers)


@pytest.mark.slow
@pytest.mark.parametrize("lost", ["pred:*{%d}*", "gen:{%d}", "*"], ids=["evicted", "purged", "all lost"])
def test_of_all_that_ask_for_what_was_lost_one_computes(served: Site, lost: str) -> None:
    match_id = next(served.matches)
    served.web.get(path(match_id))
    with clients(served.web, CLIENTS) as crowd:
        before = len(served.web.computations())
        with served.redis.client as redis:
            assert redis.delete(*redis.scan_iter(lost.replace("%d", str(match_id)), count=1000))
        answers = stampede(crowd, _same(path(match_id)))
    assert len(served.web.computations()) - before == 1
    _evenly_answered(answers)


def test_of_all_that_ask_for_the_same_batch_one_computes_it_in_one_go(served: Site) -> None:
    batch = [next(served.matches) for _ in range(10)]
    with clients(served.web, CLIENTS) as crowd, served.web.computations_slowed(0.2):
        before = len(served.web.computations())
        answers = stampede(crowd, _same(f"/batch/{','.join(map(str, batch))}/"))
    assert [each.matches for each in served.web.computations()[before:]] == [len(batch)]
    logger.info("%s", Counter(source for answer in answers for source in answer.headers["x-sources"].split(",")))
    _evenly_answered(answers)


def test_batches_that_overlap_compute_each_match_once(served: Site) -> None:
    matches = [next(served.matches) for _ in range(16)]
    with clients(served.web, CLIENTS) as crowd, served.web.computations_slowed(0.2):
        before = len(served.web.computations())
        batches = [[matches[(number + step) % len(matches)] for step in range(5)] for number in range(CLIENTS)]
        answers = stampede(crowd, [f"/batch/{','.join(map(str, batch))}/" for batch in batches])
    assert sum(each.matches for each in served.web.computations()[before:]) == len(matches)
    logger.info("%s; %s computations", summary(answers), len(served.web.computations()) - before)
    assert {answer.error or answer.status for answer in answers} == {200}
    bodies = {answer.path: answer.body for answer in answers}
    assert all(bodies[answer.path] == answer.body for answer in answers)


def test_when_who_computes_is_killed_another_takes_over_and_only_its_own_clients_lose_their_connection(
    served: Site,
) -> None:
    starts = served.web.starts()
    with clients(served.web, CLIENTS) as crowd:
        before = len(served.web.computations())
        with served.web.computations_held():
            rush = Stampede(crowd, _same(served.cold()))
            rush.start()
            eventually(lambda: len(served.web.computations()) > before)
            holder = served.web.computations()[before].worker
            served.web.kill_worker(holder)
            killed_at = time.monotonic()
        answers = rush.answers()
    assert len(served.web.computations()) - before == 2
    lost = [answer for answer in answers if answer.error]
    assert len(lost) == CLIENTS // WORKERS
    answered = [answer for answer in answers if not answer.error]
    assert holder not in {answer.worker for answer in answered}
    assert {answer.status for answer in answered} == {200}
    assert len({answer.body for answer in answered}) == 1
    latest = max(answer.ended for answer in answered) - killed_at
    logger.info("%s; the last one %.2f s after the kill", summary(answers), latest)
    assert latest < LEASE_SECONDS + 1
    served.web.wait_for_workers(starts + 1)


def _claims(served: Site) -> int:
    """How often a script has been called, by which a lease is asked for."""
    with served.redis.client as redis:
        return int(redis.info("commandstats").get("cmdstat_evalsha", {"calls": 0})["calls"])
