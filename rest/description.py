"""The API's description in OpenAPI, and pages on which a person can try the API."""

from __future__ import annotations

from functools import cache
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from drf_spectacular.renderers import (
    OpenApiJsonRenderer,
    OpenApiJsonRenderer2,
    OpenApiYamlRenderer,
    OpenApiYamlRenderer2,
)
from drf_spectacular.settings import spectacular_settings
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularSwaggerView
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from rest.conditional import etag_of
from rest.parameters import refuse_unknown_parameters


class DescriptionView(APIView):
    """This very document, as JSON or YAML."""

    renderer_classes = [OpenApiJsonRenderer2, OpenApiJsonRenderer, OpenApiYamlRenderer2, OpenApiYamlRenderer]
    authentication_classes: list[type] = []

    @extend_schema(operation_id="schema", tags=["operation"], responses=OpenApiTypes.OBJECT)
    def get(self, request: Request) -> HttpResponse:
        refuse_unknown_parameters(request, [])
        renderer: Any = request.accepted_renderer
        body, etag = _rendered(renderer.__class__)
        headers = {"ETag": etag, "Cache-Control": "no-cache"}
        return HttpResponse(body, content_type=renderer.media_type, headers=headers)


class DocumentationView(SpectacularSwaggerView):
    """Swagger UI, whose files come from here."""

    authentication_classes: list[type] = []
    url_name = "schema"

    @extend_schema(exclude=True)
    def get(self, request: Request) -> HttpResponse:
        """The same for everybody: rendered without the request, there is no token in it, and so no cookie."""
        refuse_unknown_parameters(request, [])
        shown: Response = super().get(request)  # type: ignore[no-untyped-call]
        headers = {**shown.headers, "Cache-Control": "no-cache"}
        return HttpResponse(render_to_string(self.template_name, shown.data), headers=headers)

    def options(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """What REST framework would tell of the view has no form here: there is no page to show it on."""
        return HttpResponse(status=HTTPStatus.NO_CONTENT)


@cache
def _rendered(renderer: type[BaseRenderer]) -> tuple[bytes, str]:
    """The document and its ETag: once for each process, since it takes a second and changes with the code alone."""
    generator = spectacular_settings.DEFAULT_GENERATOR_CLASS()
    body: Any = renderer().render(generator.get_schema(request=None, public=True), renderer_context={})
    return body, etag_of(body)
