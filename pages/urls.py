"""The addresses of the pages."""

from django.urls import path, re_path

from pages import views

urlpatterns = [
    path("", views.home, name="home"),
    re_path(r"^leagues/(?P<code>[a-z0-9.-]{1,32})/$", views.league, name="league-page"),
    path("matches/<int:match_id>/", views.match, name="match-page"),
    path("problems/", views.problems, name="problems"),
    path("problems/<slug:kind>/", views.problem, name="problem"),
]
