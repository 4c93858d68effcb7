"""Is the process alive, and can it answer? For whatever starts, stops and routes to it.

Messages are fixed texts: what a driver says of a failure may hold hosts and user names, so it goes to the log.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from time import perf_counter
from typing import Any, Literal

from django.core.cache import caches
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpResponse, JsonResponse
from drf_spectacular.utils import extend_schema
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.views import APIView

from predictions.api.schemas import LivenessSerializer, ReadinessSerializer
from predictions.cache.connecting import NotCaughtUp
from predictions.ml.active import NoActiveModel, active_model
from predictions.models import TrainedModel
from rest.problems import Kind, problem_response
from rest.schema import ResourceSchema, may_answer

logger = logging.getLogger(__name__)

NO_STORE = {"Cache-Control": "no-store"}


class NotReady(Exception):
    """A check that failed, in words that may be shown to anybody."""


@dataclass(frozen=True, slots=True)
class Check:
    status: Literal["ok", "failed", "unknown"]
    latency_ms: float
    message: str


def check(name: str, probe: Callable[[], str]) -> Check:
    """Run a probe, which returns what to say when all is well. Raises nothing."""
    begun = perf_counter()
    try:
        message, failed = probe(), False
    except NotReady as reason:
        message, failed = str(reason), True
    except Exception as error:
        logger.exception("Readiness: %s failed", name)
        message, failed = f"The check failed with {type(error).__name__}; the log says more.", True
    return Check("failed" if failed else "ok", round((perf_counter() - begun) * 1000, 2), message)


def database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return f"{connection.display_name} answers."


def migrations() -> str:
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if plan:
        first = f"{plan[0][0].app_label}.{plan[0][0].name}"
        raise NotReady(f"{len(plan)} not applied, the first is {first}: run manage.py migrate.")
    return "All are applied."


def model() -> str:
    try:
        active = active_model()
    except NoActiveModel:
        # Its own text may hold a path.
        if TrainedModel.objects.filter(status=TrainedModel.Status.ACTIVE).exists():
            raise NotReady("The active one can't be used here; the log says why.") from None
        raise NotReady("None is active: run manage.py train_model.") from None
    return f"{active.version} is active."


def redis() -> str:
    cache: Any = caches["predictions"]
    try:
        cache.client.get_client(write=True).ping()
    except NotCaughtUp as error:
        raise NotReady(str(error)) from None
    return "Redis answers."


def readiness() -> tuple[Literal["ok", "degraded", "unavailable"], dict[str, Check]]:
    """Check everything. Without Redis the service is degraded: it still computes each answer."""
    checks = {"database": check("database", database)}
    if checks["database"].status == "ok":
        checks["migrations"] = check("migrations", migrations)
        checks["model"] = check("model", model)
    else:
        # Each of them would only wait for the same database again.
        for name in ("migrations", "model"):
            checks[name] = Check("unknown", 0.0, "Not checked, since the database does not answer.")
    required = all(done.status == "ok" for done in checks.values())
    checks["redis"] = check("redis", redis)
    if not required:
        return "unavailable", checks
    return "ok" if checks["redis"].status == "ok" else "degraded", checks


class ProbeSchema(ResourceSchema):
    """Nothing can be asked wrongly."""

    def kinds(self) -> Iterator[Kind]:
        yield "internal-error"
        yield from self._documented("kinds")

    def headers(self) -> Iterator[str]:
        yield "Cache-Control"


class ProbeView(APIView):
    """Answers in JSON whatever a probe says it accepts, to whoever asks."""

    renderer_classes = [JSONRenderer]
    authentication_classes: list[type] = []
    permission_classes: list[type] = []
    schema = ProbeSchema()

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:
        return super().perform_content_negotiation(request, force=True)


class Liveness(ProbeView):
    """The process answers. Depends on nothing, so that an outage elsewhere restarts nobody."""

    @extend_schema(operation_id="healthz", tags=["operation"], responses=LivenessSerializer)
    def get(self, request: Request) -> HttpResponse:
        return JsonResponse({"status": "ok"}, headers=NO_STORE)


class Readiness(ProbeView):
    """200 `ok`, 200 `degraded` while Redis is away, or 503 with what is missing; each check beside it."""

    @extend_schema(operation_id="readyz", tags=["operation"], responses=ReadinessSerializer)
    @may_answer("not-ready")
    def get(self, request: Request) -> HttpResponse:
        status, checks = readiness()
        shown = {name: asdict(done) for name, done in checks.items()}
        if status != "unavailable":
            return JsonResponse({"status": status, "checks": shown}, headers=NO_STORE)
        missing = "; ".join(f"{name}: {done.message}" for name, done in checks.items() if done.status == "failed")
        return problem_response(request, kind="not-ready", detail=missing, checks=shown)
