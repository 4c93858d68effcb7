"""How the API describes itself in OpenAPI: each operation with its headers, its examples, and every problem it answers.

Most problems follow from what an operation is: one with a body may be told that the body is too large. A view names
the others with `may_answer`. Examples are real answers, recorded in the folder `examples` beside the view, in a file
named after the operation; see docs/operations.md.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from importlib.resources import files
from typing import Any, TypeVar

from drf_spectacular.contrib.django_filters import DjangoFilterExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent, get_doc
from rest_framework.permissions import SAFE_METHODS

from rest.filters import PlainIntegerFilter
from rest.parameters import Parameters
from rest.problem_examples import problem_example
from rest.problems import KINDS, Kind

JSON, CSV, TEXT, PROBLEM = "application/json", "text/csv", "text/plain", "application/problem+json"

# name: (description, schema)
HEADERS: dict[str, tuple[str, dict[str, Any]]] = {
    "ETag": ("Changes with the answer. Send it as `If-None-Match` to be told 304 while it is the same.", {}),
    "Cache-Control": ("How long it may be kept without asking again.", {}),
    "Age": ("Seconds since the answer was put into the cache.", {"type": "integer", "minimum": 0}),
    "Cache-Status": (
        "How the cache answered (RFC 9211): `predictor; hit; ttl=N`, N negative when stale; `predictor; fwd=miss` with "
        "`stored` and, for who waited for another's computation, `collapsed`; `predictor; fwd=bypass`.",
        {"pattern": "^predictor; (hit|fwd=)"},
    ),
    "Link": ("The addresses of the next and the previous page (RFC 8288), as far as there are any.", {}),
    "Location": ("Where what was created is.", {}),
    "Content-Location": ("The address at which the very same answer is found.", {}),
    "Retry-After": ("Seconds after which it is worth asking again.", {"type": "integer", "minimum": 1}),
    "WWW-Authenticate": ("How to say who is asking.", {}),
}
_ALWAYS = ("ETag", "Cache-Control", "Cache-Status", "Location", "Content-Location", "WWW-Authenticate")
# name: (description, schema)
_CONDITIONS: dict[str, tuple[str, dict[str, Any]]] = {
    "If-None-Match": ("The ETag of an answer that you have: 304 while it is the same.", {}),
    "If-Match": (
        "The ETag of what you have read, with its quotation marks: 412 if it is another by now.",
        {"pattern": r'^(\*|(W/)?"[!#-~]*"(, ?(W/)?"[!#-~]*")*)$'},
    ),
}
_OF_PROBLEMS = {401: ("WWW-Authenticate",), 429: ("Retry-After",), 503: ("Retry-After",)}

# PostgreSQL has no place for this one character.
NO_NULL = "^[^\\x00]*$"

T = TypeVar("T", bound=Callable[..., Any])


def may_answer(*kinds: Kind, headers: Iterable[str] = ()) -> Callable[[T], T]:
    """For a view or one of its methods: problems, and headers of its good answers, that nothing else tells of it."""

    def decorate(what: T) -> T:
        what.documented_kinds = kinds  # type: ignore[attr-defined]
        what.documented_headers = tuple(headers)  # type: ignore[attr-defined]
        return what

    return decorate


class ResourceSchema(AutoSchema):
    """REST framework's DEFAULT_SCHEMA_CLASS."""

    def get_summary(self) -> str:
        """What the view is for, in its own first sentence."""
        described: str = self.get_description()
        return described.split("\n\n", 1)[0].split(". ", 1)[0].replace("\n", " ").rstrip(".")

    def get_description(self) -> str:  # type: ignore[override]
        """What the view says of itself, and then what its method does."""
        method = get_doc(getattr(self.view, self.method.lower()))
        return "\n\n".join(filter(None, [get_doc(type(self.view)), method]))

    def get_tags(self) -> list[str]:
        return super().get_tags() or ["operation"]

    def kinds(self) -> Iterator[Kind]:
        """All that may go wrong with this operation."""
        yield "malformed-request"
        if any(parameter.get("in") == "query" for parameter in self._get_parameters()):
            yield "invalid-parameters"
        if self.view.get_authenticators():
            yield "not-authenticated"
            if self._needs_permission():
                yield "forbidden"
        if "{" in self.path:
            yield "not-found"
        yield "not-acceptable"
        if any(self._conditions()):
            yield "precondition-failed"
        if self.method in ("POST", "PUT", "PATCH"):
            yield from ("invalid-parameters", "content-too-large", "unsupported-media-type")
        yield from ("internal-error", "unavailable")
        yield from self._documented("kinds")

    def headers(self) -> Iterator[str]:
        """Those of its good answers."""
        if self.method == "GET":
            yield from ("ETag", "Cache-Control")
            if self._get_paginator() and self._is_list_view():
                yield "Link"
        yield from self._documented("headers")

    def get_auth(self) -> list[dict[str, Any]]:
        requirements: list[dict[str, Any]] = super().get_auth()
        if requirements and not self._needs_permission() and {} not in requirements:
            # A key is welcome, and not needed.
            requirements.append({})
        return requirements

    def _needs_permission(self) -> bool:
        return self.method not in SAFE_METHODS and bool(self.view.get_permissions())

    def _documented(self, what: str) -> Iterator[Any]:
        for where in (self.view, getattr(self.view, self.method.lower())):
            yield from getattr(where, f"documented_{what}", ())

    def _get_parameters(self) -> list[dict[str, Any]]:
        parameters: list[dict[str, Any]] = super()._get_parameters()
        for parameter in parameters:
            schema = parameter["schema"]
            if schema.get("type") == "string" and not {"enum", "format", "anyOf", "pattern"} & schema.keys():
                schema["pattern"] = NO_NULL
        return parameters + [self._condition(name) for name in self._conditions()]

    def _conditions(self) -> Iterator[str]:
        if self.method == "GET" and "ETag" in self.headers():
            yield "If-None-Match"
        if self.method == "PATCH":
            yield "If-Match"

    def _condition(self, name: str) -> dict[str, Any]:
        description, schema = _CONDITIONS[name]
        parameter = {"name": name, "in": "header", "description": description, "schema": {"type": "string", **schema}}
        return self._component(ResolvedComponent.PARAMETER, name, parameter)

    def _process_override_parameters(self, direction: Any = "request") -> dict[Any, Any]:
        parameters: dict[Any, Any] = super()._process_override_parameters(direction)
        for read in self.get_override_parameters():
            if isinstance(read, type) and issubclass(read, Parameters):
                for name, field in read().fields.items():
                    # As in StrictFilterExtension.
                    parameters[name, "query"]["allowEmptyValue"] = not field.required
        return parameters

    def _get_request_body(self, direction: Any = "request") -> dict[str, Any] | None:
        body: dict[str, Any] | None = super()._get_request_body(direction)
        if body and "request" in (recorded := self._recorded()):
            body["content"][JSON]["examples"] = {"request": {"value": recorded["request"]}}
        return body

    def _get_response_for_code(
        self, serializer: Any, status_code: str, media_types: Any = None, direction: Any = "response"
    ) -> dict[str, Any]:
        response: dict[str, Any] = super()._get_response_for_code(serializer, status_code, media_types, direction)
        content = response.get("content", {})
        if CSV in content:
            content[CSV] = {"schema": {"type": "string"}}
        for media_type in (JSON, TEXT):
            if media_type in content and "response" in (recorded := self._recorded()):
                content[media_type]["examples"] = {"response": {"value": recorded["response"]}}
        if status_code.startswith("2"):
            response["headers"] = response.get("headers", {}) | self._references_to_headers(self.headers())
            response["description"] = response["description"] or "As asked for."
        return response

    def _get_response_bodies(self, direction: Any = "response") -> dict[str, Any]:
        responses: dict[str, Any] = super()._get_response_bodies(direction)
        if self.method == "GET" and "ETag" in self.headers():
            headers = [name for name in self.headers() if name != "Link"]
            responses.setdefault(
                "304",
                {
                    "description": "It is what the request's condition says is there already.",
                    "headers": self._references_to_headers(headers),
                },
            )
        by_status: dict[int, dict[Kind, None]] = {}
        for kind in self.kinds():
            by_status.setdefault(KINDS[kind][0], {})[kind] = None
        for status, kinds in sorted(by_status.items()):
            responses.setdefault(str(status), self._problem(status, list(kinds)))
        return dict(sorted(responses.items()))

    def _recorded(self) -> dict[str, Any]:
        package, _, _ = type(self.view).__module__.rpartition(".")
        file = files(package) / "examples" / f"{self.get_operation_id()}.json"
        recorded: dict[str, Any] = json.loads(file.read_text()) if file.is_file() else {}
        return recorded

    def _references_to_headers(self, names: Iterable[str]) -> dict[str, Any]:
        references = {}
        for name in names:
            description, schema = HEADERS[name]
            header: dict[str, Any] = {"description": description, "schema": {"type": "string", **schema}}
            if name == "ETag" and self.method != "GET":
                # What was just written has one only in the form in which writing is done.
                references[name] = header
                continue
            header["required"] = name in _ALWAYS
            references[name] = self._component(ResolvedComponent.HEADER, name, header)
        return references

    def _problem(self, status: int, kinds: list[Kind]) -> dict[str, Any]:
        """A reference to the response of these kinds, which have this status."""
        schema = {
            **self._component(ResolvedComponent.SCHEMA, "Problem", PROBLEM_SCHEMA),
            "properties": {
                "type": {"enum": [f"/problems/{kind}" for kind in sorted(kinds)]},
                "status": {"const": status},
            },
        }
        response = {
            "description": "; ".join(f"{KINDS[kind][1]} (`{kind}`)" for kind in sorted(kinds)),
            "content": {
                PROBLEM: {
                    "schema": schema,
                    "examples": {kind: {"value": problem_example(kind)} for kind in sorted(kinds)},
                }
            },
        }
        if headers := _OF_PROBLEMS.get(status):
            response["headers"] = self._references_to_headers(headers)
        return self._component(ResolvedComponent.RESPONSE, "_or_".join(sorted(kinds)), response)

    def _component(self, where: str, name: str, schema: dict[str, Any]) -> dict[str, Any]:
        component = ResolvedComponent(name, where, schema=schema, object=(where, name))
        self.registry.register_on_missing(component)
        reference: dict[str, Any] = component.ref
        return reference


class StrictFilterExtension(DjangoFilterExtension):
    """Says of a filter's parameter also what its field says: the least and the most that it takes."""

    target_class = "rest.filters.StrictFilterBackend"
    priority = 1

    def resolve_filter_field(self, *args: Any) -> list[dict[str, Any]]:
        *_, filter_field = args
        parameters: list[dict[str, Any]] = super().resolve_filter_field(*args)
        limits = {"min_value": "minimum", "max_value": "maximum", "max_length": "maxLength"}
        for parameter in parameters:
            # As a form sends what was not filled in.
            parameter["allowEmptyValue"] = True
            if isinstance(filter_field, PlainIntegerFilter):
                parameter["schema"]["minimum"] = 0
            for name, keyword in limits.items():
                if (limit := filter_field.extra.get(name)) is not None:
                    parameter["schema"][keyword] = limit
        return parameters


PROBLEM_SCHEMA: dict[str, Any] = {
    "type": "object",
    "description": "What went wrong (RFC 9457). Other members may stand beside these.",
    "required": ["type", "title", "status", "detail", "instance"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference", "description": "Which kind of problem it is."},
        "title": {"type": "string", "description": "The same in words, always the same words."},
        "status": {"type": "integer", "description": "The HTTP status."},
        "detail": {"type": "string", "description": "What went wrong this time, and what to do about it."},
        "instance": {"type": "string", "format": "uri-reference", "description": "The address that was asked."},
        "errors": {
            "type": "object",
            "description": "What is wrong with each field or parameter, by its name.",
            "additionalProperties": True,
        },
    },
}
