"""An address without its slash leads to the one with it, for every method: /api/v1/predictions/batch, too."""

from __future__ import annotations

from django.http import HttpRequest
from django.middleware import common
from django.utils.http import escape_leading_slashes


class CommonMiddleware(common.CommonMiddleware):
    """As Django's, but without its complaint about a POST in DEBUG: rest.redirects keeps the method."""

    def get_full_path_with_slash(self, request: HttpRequest) -> str:
        return escape_leading_slashes(request.get_full_path(force_append_slash=True))
