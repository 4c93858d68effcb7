"""Every page of the football's admin answers, and no list asks more of the database when it grows."""

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

import pytest
from django.contrib import admin
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from matches.models import League, LeagueSnapshot, Match, Team, TeamAlias, TeamSnapshot

pytestmark = [pytest.mark.sqlite, pytest.mark.django_db]

Grow = Callable[[int], None]
EDITABLE = [League, Team, TeamAlias, Match]
SHOWN = [TeamSnapshot, LeagueSnapshot]
each_model = pytest.mark.parametrize("model", EDITABLE + SHOWN, ids=lambda model: model.__name__)


def _url(model: type[Model], page: str, *args: Any) -> str:
    return reverse(f"admin:matches_{model.__name__.lower()}_{page}", args=args)


@each_model
def test_the_list_shows_its_rows(admin_client: Client, grow: Grow, model: type[Model]) -> None:
    grow(2)
    response = admin_client.get(_url(model, "changelist"))
    assert response.status_code == 200
    assert len(response.context["cl"].result_list) == model._default_manager.count() > 0


@each_model
def test_the_list_can_be_searched(admin_client: Client, grow: Grow, model: type[Model]) -> None:
    grow(2)
    for words, found in [("en.1" if model in (League, LeagueSnapshot) else "home 1", True), ("nobody", False)]:
        response = admin_client.get(_url(model, "changelist"), {"q": words})
        assert response.status_code == 200
        assert bool(response.context["cl"].result_list) is found


@each_model
def test_every_filter_answers(admin_client: Client, grow: Grow, model: type[Model]) -> None:
    grow(2)
    changelist = admin_client.get(_url(model, "changelist")).context["cl"]
    wanted = len(admin.site.get_model_admin(model).list_filter)
    assert len(changelist.filter_specs) == wanted > 0
    for spec in changelist.filter_specs:
        for choice in spec.choices(changelist):
            query = dict(parse_qsl(choice["query_string"].removeprefix("?")))
            assert admin_client.get(_url(model, "changelist"), query).status_code == 200, query


@each_model
def test_every_column_sorts(admin_client: Client, grow: Grow, model: type[Model]) -> None:
    grow(2)
    columns = range(1, len(admin.site.get_model_admin(model).list_display) + 1)
    for order in [str(column) for column in columns] + [f"-{column}" for column in columns]:
        response = admin_client.get(_url(model, "changelist"), {"o": order})
        assert response.status_code == 200
        assert response.context["cl"].get_ordering_field_columns(), order


@pytest.mark.parametrize(("model", "field"), [(Match, "kickoff"), (TeamSnapshot, "day"), (LeagueSnapshot, "day")])
def test_dates_lead_from_year_to_day(admin_client: Client, grow: Grow, model: type[Model], field: str) -> None:
    grow(1)
    for query in ({}, {f"{field}__year": 2026}, {f"{field}__year": 2026, f"{field}__month": 8}):
        response = admin_client.get(_url(model, "changelist"), query)
        assert response.status_code == 200
        assert response.context["cl"].result_list


@pytest.mark.parametrize("model", EDITABLE, ids=lambda model: model.__name__)
def test_rows_can_be_added_and_changed(admin_client: Client, grow: Grow, model: type[Model]) -> None:
    grow(1)
    row = model._default_manager.first()
    assert row is not None
    for url in (_url(model, "add"), _url(model, "change", row.pk), _url(model, "history", row.pk)):
        assert admin_client.get(url).status_code == 200, url


@pytest.mark.parametrize("model", SHOWN, ids=lambda model: model.__name__)
def test_ratings_are_shown_and_not_touched(admin_client: Client, grow: Grow, model: type[Model]) -> None:
    grow(1)
    row = model._default_manager.first()
    assert row is not None
    assert admin_client.get(_url(model, "change", row.pk)).status_code == 200
    assert admin_client.get(_url(model, "add")).status_code == 403
    assert admin_client.post(_url(model, "change", row.pk), {"season": 1999}).status_code == 403
    assert admin_client.post(_url(model, "delete", row.pk), {"post": "yes"}).status_code == 403


@pytest.mark.parametrize(
    ("field", "words"), [("league", "en.1"), ("home_team", "home"), ("away_team", "the away")], ids=str
)
def test_leagues_and_teams_are_found_while_typing(admin_client: Client, grow: Grow, field: str, words: str) -> None:
    grow(1)
    query = {"app_label": "matches", "model_name": "match", "field_name": field, "term": words}
    response = admin_client.get(reverse("admin:autocomplete"), query)
    assert len(response.json()["results"]) == 1


@each_model
def test_a_longer_list_takes_no_more_queries(admin_client: Client, grow: Grow, model: type[Model]) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert admin_client.get(_url(model, "changelist")).status_code == 200
        return len(captured)

    grow(3)
    queries()  # content types and the like are remembered from the first page on
    few = queries()
    grow(27)
    assert queries() == few


def test_ratings_are_shown_with_few_digits(admin_client: Client, grow: Grow) -> None:
    grow(1)
    best = TeamSnapshot.objects.latest("elo")
    page = admin_client.get(_url(TeamSnapshot, "changelist")).content.decode()
    assert f"{best.elo:.0f}" in page
    assert f"{best.attack:.3f}" in page
    assert str(best.elo) not in page


def test_the_start_page_and_the_app_page_list_the_football(admin_client: Client) -> None:
    for url in (reverse("admin:index"), reverse("admin:app_list", args=["matches"])):
        response = admin_client.get(url)
        assert response.status_code == 200
        for model in EDITABLE + SHOWN:
            assert _url(model, "changelist") in response.text
