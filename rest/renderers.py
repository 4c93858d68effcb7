"""The forms in which every resource can be had: JSON, CSV, and a page that shows the API to a person.

What a view answers with is data, or JSON that is already there as bytes (a cached prediction). The latter is sent as it
is, and parsed only where another form is asked for.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from rest_framework import renderers

from rest.csv_table import file_name, table

_Context = Mapping[str, Any] | None


class JSONRenderer(renderers.JSONRenderer):
    """As REST framework's, but bytes are JSON already."""

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: _Context = None) -> bytes:
        # Only the page for people asks for indentation. `Accept` can't: no ETag would tell.
        indent = (renderer_context or {}).get("indent")
        if isinstance(data, bytes):
            if indent is None:
                return data
            data = json.loads(data)
        encoded: bytes = super().render(data, None, {"indent": indent})
        return encoded


class CSVRenderer(renderers.BaseRenderer):
    """The same as a table, to be saved as a file. A view's `csv_columns` say which columns there are, in which order;
    without them those that occur in the data."""

    media_type = "text/csv"
    format = "csv"
    charset = "utf-8"

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: _Context = None) -> bytes:
        context = renderer_context or {}
        text = table(json.loads(JSONRenderer().render(data)), columns=getattr(context.get("view"), "csv_columns", None))
        if (response := context.get("response")) is not None:
            response.headers["Content-Disposition"] = f'attachment; filename="{file_name(context["request"].path)}"'
        # Of an empty body REST framework says no type.
        return (text or "\r\n").encode()


class BrowsableRenderer(renderers.BrowsableAPIRenderer):
    """A page for a person. It has no forms of fields, and no cookies: who writes sends a key, which no browser does.

    It is the same with a key as without one, so that anybody may be given it by a cache.
    """

    def show_form_for_method(self, view: Any, method: str, request: Any, obj: Any) -> bool:
        """Whether anybody may do so: who asks does not matter."""
        return method in view.allowed_methods and not view.get_permissions()

    def get_rendered_html_form(self, data: Any, view: Any, method: str, request: Any) -> Any:
        """Only whether there is a button for the method: OPTIONS alone, since deleting isn't possible anywhere."""
        return method == "OPTIONS" and method in view.allowed_methods

    def get_context(self, data: Any, accepted_media_type: str | None, renderer_context: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(data, accepted_media_type, renderer_context)
        # Otherwise each page would set a cookie, and no cache could keep it. No address of the API asks for the token.
        return {**context, "csrf_token": "NOTPROVIDED", "user": None}


RENDERERS = (JSONRenderer, CSVRenderer, BrowsableRenderer)
"""In the order of preference: who accepts anything gets JSON."""
