"""Where the API begins."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import resolve
from pytest_django import DjangoAssertNumQueries

from predictor_site.urls import RESOURCES

pytestmark = pytest.mark.django_db


def test_it_tells_what_there_is_and_what_it_is_for(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(0):
        response = client.get("/api/v1/")
    told = response.json()["results"]
    assert {one["name"]: one["about"] for one in told} == RESOURCES
    assert all(resolve(one["url"].removeprefix("http://testserver")).url_name == one["name"] for one in told)


def test_each_resource_below_it_is_told(client: Client) -> None:
    told = {one["url"].removeprefix("http://testserver") for one in client.get("/api/v1/").json()["results"]}
    assert {
        f"/api/v1/{name}/" for name in ("leagues", "teams", "matches", "head-to-head", "predictions", "models")
    } < told


def test_it_knows_no_parameters(client: Client) -> None:
    assert client.get("/api/v1/?page=2").status_code == 400
