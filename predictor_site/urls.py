"""Where each address leads."""

from django.contrib import admin
from django.urls import include, path

from predictions.api.health import Liveness, Readiness
from predictions.api.metrics import MetricsView
from rest.description import DescriptionView, DocumentationView
from rest.root import Root

RESOURCES = {
    "predictions": "What is to be expected of the coming matches.",
    "prediction-lookup": "The prediction of a match by the names of its teams: ?home=&away=&date=",
    "prediction-what-if": "What would be expected of two teams that are not to meet: ?home=&away=&league=&date=",
    "prediction-batch": "The predictions of up to 500 matches at once: POST their ids.",
    "matches": "Fixtures and results.",
    "leagues": "Leagues; below each its table, as of any day.",
    "teams": "Teams, with their ratings and form.",
    "head-to-head": "How two teams fared against each other: ?home=&away=",
    "models": "Which model predicts, which did before, and how good each has turned out to be.",
    "schema": "All of this in OpenAPI.",
    "docs": "The same to read and to try.",
}

urlpatterns = [
    path("", include("pages.urls")),
    path("admin/", admin.site.urls),
    path("api/v1/", Root.as_view(resources=RESOURCES), name="root"),
    path("api/v1/", include("matches.api.urls")),
    path("api/v1/", include("predictions.api.urls")),
    path("api/schema/", DescriptionView.as_view(), name="schema"),
    path("api/docs/", DocumentationView.as_view(), name="docs"),
    path("healthz", Liveness.as_view(), name="healthz"),
    path("readyz", Readiness.as_view(), name="readyz"),
    path("metrics", MetricsView.as_view(), name="metrics"),
]

handler400 = "rest.handlers.bad_request"
handler403 = "rest.handlers.permission_denied"
handler404 = "rest.handlers.page_not_found"
handler500 = "rest.handlers.server_error"
