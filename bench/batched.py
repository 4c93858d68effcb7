"""Asks a web server of its own for cold predictions, one and many. Not for people: `bench.batch` runs it."""

from __future__ import annotations

import http.client
import json
import os
import socket
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

import django
from django.db import connection
from django.utils import timezone

from bench import preparation
from bench.service import BenchError
from predictor_site.run.address import Address
from predictor_site.run.web import WebServer

BATCH = 500
# Asked for by itself in each round, another one each time.
ALONE = 100
# What a server may take to start, and to write down in the background what it has said, in seconds.
PATIENCE = 120.0


def main(rounds: int) -> None:
    django.setup()
    preparation.prepare(2 * BATCH)
    _analyse()
    match_ids = _match_ids(BATCH + ALONE)
    many, single = match_ids[:BATCH], match_ids[BATCH:]
    with tempfile.TemporaryDirectory(prefix="predictor-bench-") as folder:
        server = WebServer(address=Address("127.0.0.1", _free_port()), folder=Path(folder))
        server.start()
        try:
            _wait_until(lambda: server.readiness() == "", "The web server does not start.")
            asked = _Asked(server.address.port)
            times = [(asked.one(single[number % ALONE]), asked.batch(many)) for number in range(-3, rounds)][
                3:
            ]  # the first ones load what is loaded once
        finally:
            server.stop()
    one, batch = (median(column) for column in zip(*times, strict=True))
    sys.stdout.write(json.dumps({"rounds": rounds, "matches": BATCH, "one_ms": 1e3 * one, "batch_ms": 1e3 * batch}))


class _Asked:
    """One connection, and so always the same worker: it measures from the request to the last byte of the answer."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)

    def one(self, match_id: int) -> float:
        """Seconds for one cold prediction."""
        seconds, headers, _ = self._cold([match_id], "GET", f"/api/v1/predictions/{match_id}/")
        if headers["Cache-Status"] != "predictor; fwd=miss; stored":
            raise BenchError(f"One prediction was not cold: {headers['Cache-Status']}.")
        return seconds

    def batch(self, match_ids: Sequence[int]) -> float:
        """Seconds for all of these, cold, in one request."""
        body = json.dumps({"match_ids": match_ids})
        seconds, _, answer = self._cold(match_ids, "POST", "/api/v1/predictions/batch/", body)
        made = {item["cache_status"] for item in json.loads(answer)["results"] if item["status"] == 200}
        if made != {"predictor; fwd=miss; stored"}:
            raise BenchError(f"Not all of a batch was cold: {made}.")
        return seconds

    def _cold(self, match_ids: Sequence[int], method: str, path: str, body: str = "") -> tuple[float, Any, bytes]:
        """Seconds, headers and body. Returns when the server has nothing left to do."""
        _forget(match_ids)
        begun, now = time.perf_counter(), timezone.now()
        self._connection.request(method, path, body, {"Content-Type": "application/json"} if body else {})
        response = self._connection.getresponse()
        answer = response.read()
        seconds = time.perf_counter() - begun
        if response.status != http.HTTPStatus.OK:
            raise BenchError(f"{path} answers {response.status}: {answer[:500]!r}")
        _wait_until(lambda: _written(match_ids, now) == len(match_ids), "What was said is not written down.")
        return seconds, response.headers, answer


def _forget(match_ids: Sequence[int]) -> None:
    """Nothing of them is cached."""
    from django.core.cache import caches

    from predictions.cache import keys
    from predictions.ml.active import active_model
    from predictions.ml.features import FEATURE_SCHEMA

    digest = active_model().digest
    caches["predictions"].delete_many(
        [keys.prediction(pk, digest) for pk in match_ids]
        + [keys.features(pk, FEATURE_SCHEMA) for pk in match_ids]
        + [keys.generation(pk) for pk in match_ids]
    )


def _written(match_ids: Sequence[int], since: datetime) -> int:
    from predictions.models import PublishedPrediction

    return PublishedPrediction.objects.filter(match__in=match_ids, made_at__gte=since).count()


def _analyse() -> None:
    """As autovacuum would after a while."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _match_ids(number: int) -> list[int]:
    """Of the next matches; none kicks off meanwhile."""
    from matches.models import Match

    later = Match.objects.scheduled().filter(kickoff__gt=timezone.now() + timedelta(hours=2))
    match_ids = list(later.order_by("kickoff").values_list("pk", flat=True)[:number])
    if len(match_ids) < number:
        raise BenchError(f"There are only {len(match_ids)} matches to be played.")
    return match_ids


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until(done: Any, otherwise: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not done():
        if time.monotonic() > deadline:
            raise BenchError(otherwise)
        time.sleep(0.02)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "predictor_site.settings")
    try:
        main(int(sys.argv[1]))
    except BenchError as error:
        sys.exit(str(error))
