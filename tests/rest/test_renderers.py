from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client, RequestFactory
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response
from rest_framework.views import APIView

from access import keys

RAW = b'{"match":{"id":1},"home":0.50}'


class View(APIView):
    """What a view says of itself: <script>."""

    answer: Any = RAW

    def get(self, request: Any) -> Response:
        return Response(self.answer, headers={"ETag": '"x"'})

    def post(self, request: Any) -> Response:
        return Response(request.data)


def get_as(form: str, view: type[APIView] = View, **kwargs: Any) -> HttpResponse:
    response: Any = view.as_view(**kwargs)(RequestFactory().get("/api/v1/predictions/1/", {"format": form}))
    return response.render()  # type: ignore[no-any-return]


def test_bytes_are_json_already() -> None:
    response = get_as("json")

    assert response.content == RAW
    assert response.headers["Content-Type"] == "application/json"


def test_data_becomes_json_without_spaces() -> None:
    assert get_as("json", answer={"a": [1, "ü"]}).content == '{"a":[1,"ü"]}'.encode()


def test_no_accept_header_asks_for_another_indentation() -> None:
    request = RequestFactory().get("/api/v1/x/", headers={"accept": "application/json; indent=4"})
    response: Any = View.as_view()(request)

    assert response.render().content == RAW


@pytest.mark.parametrize("answer", [RAW, {"match": {"id": 1}, "home": 0.5}])
def test_bytes_and_data_give_the_same_table(answer: Any) -> None:
    response = get_as("csv", answer=answer)

    assert response.content == b"match.id,home\r\n1,0.5\r\n"
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert response.headers["Content-Disposition"] == 'attachment; filename="predictions-1.csv"'


def test_a_view_may_say_which_columns_there_are() -> None:
    class Ordered(View):
        csv_columns = ("home", "away")

    assert get_as("csv", Ordered).content == b"home,away\r\n0.5,\r\n"


@pytest.mark.parametrize("answer", [RAW, {"match": {"id": 1}}, [{"id": 1}], None])
def test_a_person_gets_a_page_with_the_json(answer: Any) -> None:
    response = get_as("api", answer=answer)

    assert response.headers["Content-Type"] == "text/html; charset=utf-8"
    assert b"<!DOCTYPE html>" in response.content
    assert (b"&quot;id&quot;: 1" in response.content) is (answer is not None)


def test_what_comes_from_data_is_escaped_on_the_page() -> None:
    page = get_as("api", answer={"name": "<script>alert(1)</script>"}).content

    assert b"<script>alert(1)" not in page
    assert b"itself: <script>" not in page


@pytest.mark.django_db
def test_the_page_sets_no_cookie_and_depends_on_none(client: Client) -> None:
    response = client.get("/api/v1/models/", headers={"accept": "text/html"})

    assert response.status_code == 200
    assert not response.cookies
    assert "Cookie" not in response.headers["Vary"]


def test_the_page_has_a_form_for_json_where_anybody_may_post() -> None:
    page = get_as("api").content

    assert b'name="_content"' in page
    assert b"csrfmiddlewaretoken" not in page


def test_the_page_has_no_form_where_a_key_is_needed() -> None:
    class Closed(View):
        def get_permissions(self) -> Any:
            return [IsAuthenticated()] if self.request.method == "POST" else []

    page = get_as("api", Closed).content

    assert b'name="_content"' not in page
    assert b'name="_content"' in get_as("api").content


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/api/v1/models/", "/api/v1/matches/"])
def test_the_page_is_the_same_whoever_asks(client: Client, address: str) -> None:
    secret = keys.create(name="x", user=User.objects.create_superuser("the-boss")).secret
    page = client.get(address, {"format": "api"})
    with_key = client.get(address, {"format": "api"}, headers={"authorization": f"Bearer {secret}"})

    assert page.status_code == with_key.status_code == 200
    assert with_key.content == page.content
    assert b"the-boss" not in page.content
