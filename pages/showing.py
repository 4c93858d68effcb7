"""What every page has in common: its headers, and what becomes of it while the database is away."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.cache import get_conditional_response
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from pages.asking import Trouble
from rest.conditional import etag_of
from rest.problems import RETRY_AFTER

logger = logging.getLogger(__name__)

View = Callable[..., HttpResponseBase]

# Nothing is loaded from elsewhere, and nothing runs: what a team's name may hold can do no harm even unescaped.
SECURITY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
DATABASE_AWAY = Trouble("unavailable", "The database does not answer at the moment.", RETRY_AFTER)


def for_people(view: Callable[..., HttpResponse]) -> View:
    """A page for GET and HEAD, with an ETag; a page as well, with 503, while the database is away."""

    @wraps(view)
    def shown(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return _as_asked(request, view(request, *args, **kwargs))
        except (OperationalError, InterfaceError) as error:
            # What the driver says may name hosts and users.
            logger.error("The database does not answer: %s", error)
            return show(request, "pages/trouble.html", {}, trouble=DATABASE_AWAY)

    # No page takes a form: what sends one hears that (405), and not that a token is missing.
    decorated: View = csrf_exempt(require_safe(shown))
    return decorated


def _as_asked(request: HttpRequest, page: HttpResponse) -> HttpResponseBase:
    """With its ETag, and 304 for who has it. Django's ConditionalGetMiddleware would leave out HEAD."""
    if page.status_code != HTTPStatus.OK:
        return page
    page.headers["ETag"] = etag_of(page.content)
    # A page has no date, so there is nothing to hold this against; Django would answer 412.
    request.META.pop("HTTP_IF_UNMODIFIED_SINCE", None)
    return get_conditional_response(request, etag=page.headers["ETag"], response=page) or page


def show(
    request: HttpRequest,
    template: str,
    context: Mapping[str, Any],
    *,
    max_age: float = 0.0,
    trouble: Trouble | None = None,
) -> HttpResponse:
    """The page. Whoever keeps it may do so for `max_age` seconds, at most as long as an answer of the API.

    With `trouble` it is told what stands in the way, its status is the trouble's, and nobody keeps it.
    """
    response = render(request, template, {**context, "trouble": trouble}, status=trouble.status if trouble else 200)
    response["Content-Security-Policy"] = SECURITY
    if trouble:
        response["Cache-Control"], response["Retry-After"] = "no-store", str(trouble.retry_after)
    else:
        response["Cache-Control"] = f"public, max-age={int(max(0.0, min(max_age, settings.HTTP_MAX_AGE)))}"
    return response
