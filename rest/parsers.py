"""Bodies of requests: JSON, and nothing else."""

from __future__ import annotations

from collections import Counter
from typing import IO, Any

from rest_framework import parsers
from rest_framework.exceptions import ParseError
from rest_framework.utils import json

from rest.renderers import JSONRenderer


class JSONParser(parsers.JSONParser):
    """As REST framework's, but JSON is UTF-8 (RFC 8259, 8.1), and a body nested too deep is the client's mistake, as
    is a member that is there twice, of which only the last would count."""

    renderer_class = JSONRenderer

    def parse(self, stream: IO[Any], media_type: str | None = None, parser_context: Any = None) -> Any:
        """Raises ParseError."""
        try:
            return json.loads(
                stream.read().decode(), parse_constant=json.strict_constant, object_pairs_hook=_unambiguous
            )
        except RecursionError:
            raise ParseError("JSON parse error - it is nested too deep.") from None
        except ValueError as error:
            raise ParseError(f"JSON parse error - {error}") from None


def _unambiguous(members: list[tuple[str, Any]]) -> dict[str, Any]:
    document = dict(members)
    if len(document) < len(members):
        [(name, _)] = Counter(name for name, _ in members).most_common(1)
        raise ValueError(f"the member {name[:100]!r} is there more than once.")
    return document
