"""Where each address leads."""

from django.contrib import admin
from django.urls import include, path

from predictions.api.health import Liveness, Readiness

urlpatterns = [
    path("", include("pages.urls")),
    path("admin/", admin.site.urls),
    path("api/v1/", include("matches.api.urls")),
    path("api/v1/", include("predictions.api.urls")),
    path("healthz", Liveness.as_view(), name="healthz"),
    path("readyz", Readiness.as_view(), name="readyz"),
]

handler400 = "rest.handlers.bad_request"
handler403 = "rest.handlers.permission_denied"
handler404 = "rest.handlers.page_not_found"
handler500 = "rest.handlers.server_error"
