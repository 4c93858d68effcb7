"""The header Content-Type, without what Django trips over before any code of ours could answer.

Django decodes even the query by the charset named there, and reads every parameter in the odder notations of e-mail;
some of either end in an exception where there is no request yet. All that is read here is UTF-8, so only the media type
and the boundary of a form's parts are passed on.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

_Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

_BOUNDARY = re.compile(r';\s*boundary="?([A-Za-z0-9\'()+_,./:=? -]{1,70})"?\s*(?:;|\Z)', re.IGNORECASE)


def with_plain_content_type(application: _Application) -> _Application:
    """The WSGI application, to which no request names a charset."""

    def plain(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        media_type, semicolon, _ = (given := environ.get("CONTENT_TYPE") or "").partition(";")
        if semicolon:
            boundary = _BOUNDARY.search(given)
            kept = f'{media_type}; boundary="{boundary[1]}"' if boundary else media_type
            environ = {**environ, "CONTENT_TYPE": kept}
        return application(environ, start_response)

    return plain
