"""Where each address leads."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("api/v1/", include("matches.api.urls")),
    path("api/v1/", include("predictions.api.urls")),
]
