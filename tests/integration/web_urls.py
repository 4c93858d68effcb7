"""The service's addresses and one more: the predictions of several matches, as `predict_many` gives them."""

from __future__ import annotations

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils import timezone

from predictions import services
from predictions.cache.admission import Overloaded
from predictor_site.urls import urlpatterns as service


def batch(request: HttpRequest, ids: str) -> HttpResponse:
    """A JSON array, in the order asked for. X-Sources says where each came from, and which were waited for."""
    match_ids = [int(each) for each in ids.split(",")]
    try:
        answers = services.predict_many(match_ids, now=timezone.now())
    except Overloaded as error:
        return HttpResponse(status=HTTPStatus.SERVICE_UNAVAILABLE, headers={"Retry-After": str(error.retry_after)})
    body = b",".join(answers[match_id].entry.body for match_id in match_ids)
    sources = [answer.source + (" collapsed" if answer.collapsed else "") for answer in answers.values()]
    return HttpResponse(b"[" + body + b"]", headers={"X-Sources": ",".join(sources)})


urlpatterns = [*service, path("batch/<str:ids>/", batch)]
