"""Where the API begins: what there is, and what each is for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django.utils.decorators import method_decorator
from django.views.decorators.cache import cache_control
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.views import APIView

from rest.parameters import refuse_unknown_parameters


class ResourceSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    url = serializers.URLField()
    about = serializers.CharField()


class RootSerializer(serializers.Serializer[Any]):
    results = ResourceSerializer(many=True)


@method_decorator(cache_control(no_cache=True), name="get")
class Root(APIView):
    resources: ClassVar[Mapping[str, str]] = {}
    """What each is for, by the names of their addresses."""

    @extend_schema(responses=RootSerializer)
    def get(self, request: Request) -> Response:
        """What there is below this address."""
        refuse_unknown_parameters(request, [])
        told = [
            {"name": name, "url": reverse(name, request=request), "about": about}
            for name, about in self.resources.items()
        ]
        return Response({"results": told})
