from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from rest_framework.response import Response
from rest_framework.views import APIView

from access import keys
from access.keys import NewKey
from access.models import ApiKey

pytestmark = pytest.mark.django_db


class Who(APIView):
    def get(self, request: Any) -> Response:
        return Response([request.user.get_username(), request.auth and request.auth.pk])

    def post(self, request: Any) -> Response:
        return self.get(request)


class Asking(Who):
    only_reads = True


def ask(authorization: str | None, view: type[APIView] = Who, method: str = "GET") -> Any:
    headers = {} if authorization is None else {"authorization": authorization}
    response: Any = view.as_view()(RequestFactory().generic(method, "/api/v1/x/", headers=headers))
    return response.render() if isinstance(response, Response) else response


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "Api-Key", "BEARER  "])
def test_a_key_says_who_asks(made: NewKey, scheme: str) -> None:
    assert ask(f"{scheme} {made.secret}").data == ["", made.key.pk]


def test_a_keys_user_is_the_requests() -> None:
    made = keys.create(name="x", user=User.objects.create_user("editor"))

    assert ask(f"Bearer {made.secret}").data == ["editor", made.key.pk]


@pytest.mark.parametrize("authorization", [None, "", "Basic eDp5", "Bearerx y", "Digest a=b"])
def test_who_sends_no_key_is_nobody_in_particular(authorization: str | None) -> None:
    assert ask(authorization).data == ["", None]


WRONG = [
    *(
        "Bearer",
        "Bearer ",
        "Bearer x",
        "Bearer pk_",
        "Bearer eyJhbGciOi.J9.x",
        "Api-Key \x00",
        "Bearer pk_ü" + "x" * 42,
    ),
    *(f"Bearer pk_{'x' * 43} y", f"Bearer pk_{'x' * 44}", "Bearer pk_" + "x" * 100_000),
]


@pytest.mark.parametrize("authorization", [*WRONG, f"Bearer pk_{'x' * 43}"])
def test_a_wrong_key_is_refused_with_the_way_to_send_a_right_one(authorization: str) -> None:
    response: HttpResponse = ask(authorization)

    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"] == 'Bearer realm="predictor"'
    assert b"/problems/not-authenticated" in response.content
    assert b"xxx" not in response.content


def test_what_can_be_no_key_is_refused_without_a_query() -> None:
    with CaptureQueriesContext(connection) as captured:
        for authorization in WRONG:
            ask(authorization)
    assert not captured


def test_a_revoked_key_is_refused_and_told_so(made: NewKey) -> None:
    keys.revoke(made.key)
    response = ask(f"Bearer {made.secret}")

    assert response.status_code == 401
    assert b"was revoked on" in response.content


def test_a_key_revoked_elsewhere_writes_nothing_more(made: NewKey) -> None:
    assert ask(f"Bearer {made.secret}").status_code == 200
    ApiKey.objects.update(revoked_at=made.key.created_at)

    assert ask(f"Bearer {made.secret}", method="GET").status_code == 200
    assert ask(f"Bearer {made.secret}", Asking, method="POST").status_code == 200
    assert ask(f"Bearer {made.secret}", method="POST").status_code == 401


def test_a_known_key_costs_no_query(made: NewKey) -> None:
    ask(f"Bearer {made.secret}")
    with CaptureQueriesContext(connection) as captured:
        ask(f"Bearer {made.secret}")
        ask(f"Bearer {made.secret}", Asking, method="POST")
    assert not captured


def test_being_logged_in_to_the_admin_is_no_key(client: Client) -> None:
    client.force_login(User.objects.create_superuser("boss"))
    response = client.post("/api/v1/matches/", {}, content_type="application/json")

    assert response.status_code == 401


def test_probes_take_no_notice_of_keys(client: Client) -> None:
    with CaptureQueriesContext(connection) as captured:
        assert client.get("/healthz", headers={"authorization": f"Bearer pk_{'x' * 43}"}).status_code == 200
    assert not captured
