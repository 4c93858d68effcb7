"""The addresses below /api/v1/."""

from django.urls import path

from matches.api.views import MatchDetail, MatchList

urlpatterns = [
    path("matches/", MatchList.as_view(), name="matches"),
    path("matches/<int:match_id>/", MatchDetail.as_view(), name="match"),
]
