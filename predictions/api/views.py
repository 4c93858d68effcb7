"""Predictions over HTTP: the cached bytes as they are, behind headers that say how they came about."""

from __future__ import annotations

from http import HTTPStatus

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.http import http_date
from rest_framework.request import Request
from rest_framework.views import APIView

from predictions import services
from predictions.api.headers import cache_headers
from predictions.cache.admission import Overloaded
from predictions.cache.entry import Entry
from predictions.ml.active import NoActiveModel
from predictions.ml.features import NoRatings
from rest.problems import Problem, problem_response

# Seconds after which it is worth asking again for what a person has to put right.
RETRY_AFTER = 30


class PredictionView(APIView):
    """The odds of one match: who wins, how many goals are expected, which model says so and since when."""

    def get(self, request: Request, match_id: int) -> HttpResponseBase:
        """404 for a match that does not exist; 503 while no model is active, or too many ask for what is not cached."""
        try:
            answer = services.predict(match_id, now=timezone.now())
        except Overloaded as error:
            raise Problem("overloaded", str(error), retry_after=error.retry_after) from error
        except NoRatings as error:
            raise Problem("unavailable", str(error), retry_after=RETRY_AFTER) from error
        except NoActiveModel as error:
            raise Problem("no-active-model", str(error), retry_after=RETRY_AFTER) from error
        # As of now, not of when it was asked: what was waited for is that much nearer to kickoff.
        headers = cache_headers(answer, now=timezone.now().timestamp())
        if answer.entry.is_absence:
            response: HttpResponseBase = problem_response(
                request, kind="not-found", detail=f"There is no match {match_id}."
            )
        else:
            response = _conditional(request, answer.entry)
        for name, value in headers.items():
            response.headers[name] = value
        return response


def _conditional(request: Request, entry: Entry) -> HttpResponseBase:
    """The entry's bytes, or a 304, as the request's condition asks (RFC 9110, 13). Raises Problem where none holds."""
    etag, made = f'"{entry.etag}"', int(entry.stored_at)
    full = HttpResponse(
        entry.body, content_type="application/json", headers={"ETag": etag, "Last-Modified": http_date(made)}
    )
    response = get_conditional_response(request, etag=etag, last_modified=made, response=full) or full
    if response.status_code == HTTPStatus.PRECONDITION_FAILED:
        raise Problem("precondition-failed", "There is another prediction now.")
    return response
