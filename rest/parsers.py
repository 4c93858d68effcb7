"""Bodies of requests: JSON, and nothing else."""

from __future__ import annotations

from typing import IO, Any

from rest_framework import parsers
from rest_framework.exceptions import ParseError

from rest.renderers import JSONRenderer


class JSONParser(parsers.JSONParser):
    """As REST framework's, but a body nested too deep is the client's mistake, and JSON is UTF-8 (RFC 8259, 8.1)."""

    renderer_class = JSONRenderer

    def parse(self, stream: IO[Any], media_type: str | None = None, parser_context: Any = None) -> Any:
        """Raises ParseError."""
        try:
            return super().parse(stream, media_type, {**(parser_context or {}), "encoding": "utf-8"})
        except RecursionError:
            raise ParseError("JSON parse error - it is nested too deep.") from None
