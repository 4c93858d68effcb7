"""/metrics: what Prometheus or OpenMetrics can watch.

What all processes have counted is summed in Redis, so that it does not matter which of them is asked. The breaker is
this process's own. Whatever can't be told is left out, and a metric of its own says that it can't.
"""

from __future__ import annotations

import logging
import platform
from collections import Counter
from collections.abc import Callable, Iterator
from time import perf_counter
from typing import Any

import django
import redis
from django.core.cache import caches
from django.db import Error as DatabaseError
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    InfoMetricFamily,
    Metric,
)
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector
from redis.exceptions import RedisError
from rest_framework.request import Request

from predictions.api.health import NO_STORE, ProbeView
from predictions.api.histograms import histogram
from predictions.cache import counting
from predictions.cache.breaker import State
from predictions.cache.counting import Layer, Outcome
from predictions.cache.counting.collecting import Batch
from predictions.cache.counting.outcomes import ANSWERS
from predictions.cache.gate import gate
from predictions.cache.server_info import Memory, Traffic
from predictions.models import Invalidation, TrainedModel

logger = logging.getLogger(__name__)

MOST_LEAGUES = 100
"""Have a label of their own: those about which most was asked. All others are `other`."""


class MetricsView(ProbeView):
    """In Prometheus' text format, or OpenMetrics where that is asked for. Answers 200 whatever is away."""

    @extend_schema(
        operation_id="metrics",
        tags=["operation"],
        responses={(200, "text/plain"): OpenApiTypes.STR, (200, "application/openmetrics-text"): OpenApiTypes.STR},
    )
    def get(self, request: Request) -> HttpResponse:
        encode, content_type = choose_encoder(request.headers.get("Accept", ""))
        return HttpResponse(encode(ServiceCollector()), content_type=content_type, headers=NO_STORE)


class ServiceCollector(Collector):
    """All metrics as they are now."""

    def collect(self) -> Iterator[Metric]:
        yield InfoMetricFamily("predictor_build", "What runs here.", _versions())
        breaker = GaugeMetricFamily(
            "predictor_breaker", "1 for the state of the breaker before Redis, in this process.", labels=["state"]
        )
        for state in State:
            breaker.add_metric([state.value], float(state is gate.state))
        yield breaker
        yield GaugeMetricFamily(
            "predictor_purge_owed",
            "1 while this process does not read from Redis, since a purge is owed to it.",
            float(gate.owed),
        )
        yield from _or_away("Redis", _redis, RedisError, ValueError)
        yield from _or_away("Database", _database, DatabaseError)


def _versions() -> dict[str, str]:
    return {"python": platform.python_version(), "django": django.get_version(), "redis_py": redis.__version__}


def _or_away(what: str, read: Callable[[], list[Metric]], *errors: type[Exception]) -> Iterator[Metric]:
    metrics: list[Metric] = []
    try:
        metrics, up = read(), True
    except errors as error:
        # Its name alone: the message may hold an address or a user name.
        logger.warning("%s has no metrics to tell: %s", what, type(error).__name__)
        up = False
    yield GaugeMetricFamily(f"predictor_{what.lower()}_up", f"{what} answers; without it some metrics are missing.", up)
    yield from metrics


def _redis() -> list[Metric]:
    """One round trip for the counts, one for INFO. Raises RedisError."""
    cache: Any = caches["predictions"]
    client = cache.client.get_client(write=True)
    begun = perf_counter()
    counted = counting.read_ever(client)
    seconds = perf_counter() - begun
    return [
        GaugeMetricFamily("predictor_redis_round_trip_seconds", "What reading the counts took just now.", seconds),
        *_counters(counted),
        *histogram("predictor_answer_seconds", "What answers took, by layer and outcome.", counted.times),
        *_server(client.info("all")),
    ]


def _counters(counted: Batch) -> Iterator[Metric]:
    answers = CounterMetricFamily(
        "predictor_answers", "What became of questions.", labels=["layer", "outcome", "league"]
    )
    events = CounterMetricFamily("predictor_cache_events", "What happened beside that.", labels=["layer", "event"])
    shown = _busiest(counted)
    by_league: Counter[tuple[Layer, Outcome, str]] = Counter()
    by_event: Counter[tuple[Layer, Outcome]] = Counter()
    for (layer, outcome, league), number in counted.outcomes.items():
        if outcome in ANSWERS:
            by_league[layer, outcome, league if league in shown else "other"] += number
        else:
            by_event[layer, outcome] += number
    for (layer, outcome, league), number in sorted(by_league.items()):
        answers.add_metric([layer, outcome, league], number)
    for (layer, event), number in sorted(by_event.items()):
        events.add_metric([layer, event], number)
    yield answers
    yield events


def _busiest(counted: Batch) -> set[str]:
    """Leagues that have a label of their own; "" is where none is known."""
    questions: Counter[str] = Counter()
    for (_, _, league), number in counted.outcomes.items():
        if league:
            questions[league] += number
    return {"", *(league for league, _ in questions.most_common(MOST_LEAGUES))}


def _server(info: dict[str, Any]) -> Iterator[Metric]:
    """What the server says of itself; managed ones hide some of it."""
    memory, traffic = Memory.of(info), Traffic.of(info)
    for name, text, value in (
        ("memory_bytes", "The memory that it uses.", memory.used_bytes),
        ("memory_limit_bytes", "The most that it may use; 0: there is no limit.", memory.limit_bytes),
        ("clients", "Connections to it.", traffic.connected_clients),
    ):
        if value is not None:
            yield GaugeMetricFamily(f"predictor_redis_{name}", text, value)
    for name, text, value in (
        ("evicted_keys", "Keys that had to go for others.", traffic.evicted),
        ("keyspace_hits", "Look-ups of everybody that found something.", traffic.hits),
        ("keyspace_misses", "Look-ups of everybody that found nothing.", traffic.misses),
    ):
        if value is not None:
            yield CounterMetricFamily(f"predictor_redis_{name}", text, value)


def _database() -> list[Metric]:
    """Two queries. Raises django.db.Error."""
    trained = GaugeMetricFamily(
        "predictor_model_trained_timestamp_seconds", "When the active model was trained.", labels=["version"]
    )
    for row in TrainedModel.objects.filter(status=TrainedModel.Status.ACTIVE).only("version", "trained_at"):
        trained.add_metric([row.version], row.trained_at.timestamp())
    pending = Invalidation.objects.pending().count()
    return [
        trained,
        GaugeMetricFamily("predictor_purges_pending", "Purges that no Redis has executed yet.", pending),
    ]
