"""Bodies that are sent in chunks, without saying how long they will be (RFC 9112, 7.1).

Django takes a request without a Content-Length for one without a body. So what comes is read beforehand, up to one
byte more than is accepted, and the application gets it with its length.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from typing import Any

_Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def with_length(application: _Application, *, most: int) -> _Application:
    """The WSGI application, whose requests all have a length; `most + 1` stands for any that is above `most`."""

    def measured(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if "chunked" in environ.get("HTTP_TRANSFER_ENCODING", "").lower() and not environ.get("CONTENT_LENGTH"):
            body = environ["wsgi.input"].read(most + 1)
            environ = {**environ, "wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(len(body))}
        return application(environ, start_response)

    return measured
