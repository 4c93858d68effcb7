"""Django's own errors: problem documents below the API's addresses, Django's pages everywhere else."""

from __future__ import annotations

from django.core.exceptions import DisallowedHost, RequestDataTooBig
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views import csrf, defaults

from rest.addresses import is_api
from rest.problems import problem_response


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """400. What exactly was suspicious is in the log, not in the answer."""
    if not is_api(request):
        return defaults.bad_request(request, exception)
    if isinstance(exception, RequestDataTooBig):
        return problem_response(request, kind="content-too-large", detail="The body is larger than is accepted.")
    if isinstance(exception, DisallowedHost):
        detail = "The service does not go by the name in the Host header. ALLOWED_HOSTS says by which it does."
    else:
        detail = "The request is malformed."
    return problem_response(request, kind="malformed-request", detail=detail)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """403."""
    if not is_api(request):
        return defaults.permission_denied(request, exception)
    return problem_response(request, kind="forbidden", detail="You may not do that.")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponseBase:
    """403 of a form without its token. No address of the API asks for one, except by mistake."""
    if not is_api(request):
        return csrf.csrf_failure(request, reason)
    return problem_response(request, kind="forbidden", detail="This address can't be written to from a web page.")


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """404 of an address that no route knows: -1 is no id, so it is an address like any other."""
    if not is_api(request):
        return defaults.page_not_found(request, exception)
    return problem_response(request, kind="not-found", detail="There is nothing at this address.")


def server_error(request: HttpRequest) -> HttpResponseBase:
    """500. Django has logged the exception by now; the answer says nothing of it."""
    if not is_api(request):
        return defaults.server_error(request)
    return problem_response(request, kind="internal-error", detail="The error has been logged.")
