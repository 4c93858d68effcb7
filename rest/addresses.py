"""Which addresses are the API's: those that answer with documents, errors included. All others are pages for people."""

from __future__ import annotations

import re

from django.http import HttpRequest

API = r"/(api|healthz|readyz|metrics)(/|\Z)"
_API = re.compile(API)


def is_api(request: HttpRequest) -> bool:
    return _API.match(request.path_info) is not None
