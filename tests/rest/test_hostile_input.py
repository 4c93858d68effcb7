"""What nobody in good faith would send, to every address that the API describes: each a problem, none a 500."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.parse import quote

import pytest
from django.contrib.auth.models import User
from django.test import Client
from drf_spectacular.generators import SchemaGenerator

from access import keys
from matches.models import League, Match, Team
from rest.problems import KINDS

pytestmark = pytest.mark.django_db

NUMBERS = ["1" + 30 * "0", "-1", "٣", "1_000", " 3 ", "1.0", "1e3", "0x1", "true", "NaN", "9" * 5000]
DATES = [
    *("9999-12-31", "0001-01-01", "2026-02-30", "2026-13-01", "٢٠٢٦-٠٨-٠١", "tomorrow", "-1", "99999-01-01"),
    *("9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00", "2026-08-01T25:00:00Z"),
]
TEXTS = [
    *(
        "x" * 5000,
        "'; DROP TABLE matches_match; --",
        "<script>alert(1)</script>",
        "${7*7}{{7*7}}",
        "\ufffe\u202e",
        "💥" * 50,
    ),
    *("x\r\nX-Injected: 1", "x\r\n\r\n<html>", "../../etc/passwd", "%", "_", "\\", '"', "=1+1"),
]
DATE_NAMES = {"date", "date_from", "date_to"}


class Operation(NamedTuple):
    method: str
    path: str
    parameters: list[dict[str, Any]]
    has_body: bool

    def address(self, **hostile: str) -> str:
        """With a harmless value wherever none is given."""
        values = {p["name"]: "1" for p in self.parameters if p["in"] == "path"} | hostile
        return self.path.format(**{name: quote(value, safe="") for name, value in values.items()})

    def required(self, match: Match) -> dict[str, object]:
        """The query parameters that must not be left out."""
        teams: dict[str, object] = {"home": match.home_team_id, "away": match.away_team_id, "league": match.league.code}
        return {p["name"]: teams[p["name"]] for p in self.parameters if p["in"] == "query" and p.get("required")}


@pytest.fixture(scope="module")
def operations() -> list[Operation]:
    generator: Any = SchemaGenerator
    description = generator().get_schema(request=None, public=True)
    shared = description["components"].get("parameters", {})
    found = [
        Operation(
            method,
            path,
            [shared[p["$ref"].rpartition("/")[2]] if "$ref" in p else p for p in said.get("parameters", [])],
            "requestBody" in said,
        )
        for path, methods in description["paths"].items()
        for method, said in methods.items()
    ]
    assert len(found) > 15
    return found


@pytest.fixture
def writer(db: None) -> Client:
    """Somebody who may write anything."""
    secret = keys.create(name="x", user=User.objects.create_superuser("boss")).secret
    return Client(headers={"authorization": f"Bearer {secret}"})


@pytest.fixture
def match(db: None) -> Match:
    """One that exists, with id 1, between teams whose names are hostile too."""
    league = League.objects.create(code="1", name="=1\r\nX-Injected: 1", country="en")
    home, away = (Team.objects.create(name=f'{name}"\r\nX-Injected: 1', country="en") for name in "ab")
    return Match.objects.create(
        id=1, league=league, season=2026, kickoff="2026-08-01T14:00Z", home_team=home, away_team=away
    )


def assert_problem(response: Any, said: object) -> Any:
    assert 400 <= response.status_code < 500, (said, response.status_code, response.content[:300])
    assert response.headers["Content-Type"] == "application/problem+json", said
    document = response.json()
    assert KINDS[document["type"].removeprefix("/problems/")][0] == document["status"] == response.status_code, said
    return document


def of_path(operations: list[Operation], kind: str) -> Iterator[tuple[Operation, str]]:
    for operation in operations:
        for parameter in operation.parameters:
            if parameter["in"] == "path" and parameter["schema"]["type"] == kind:
                yield operation, parameter["name"]


def of_query(operations: list[Operation]) -> Iterator[tuple[Operation, dict[str, Any]]]:
    for operation in operations:
        for parameter in operation.parameters:
            if parameter["in"] == "query" and operation.method == "get":
                yield operation, parameter


def test_ids_that_no_row_can_have(operations: list[Operation], writer: Client, match: Match) -> None:
    asked = 0
    for operation, name in of_path(operations, "integer"):
        for number in NUMBERS:
            address = operation.address(**{name: number})
            response = getattr(writer, operation.method)(address, {}, content_type="application/json")
            assert_problem(response, (operation.method, address))
            asked += 1
    assert asked >= 4 * len(NUMBERS)


def test_numbers_that_are_none(operations: list[Operation], client: Client, match: Match) -> None:
    asked = 0
    for operation, parameter in of_query(operations):
        if parameter["schema"].get("type") != "integer":
            continue
        for number in NUMBERS:
            said = (operation.path, parameter["name"], number[:20])
            response = client.get(operation.address(), {**operation.required(match), parameter["name"]: number})
            assert parameter["name"] in assert_problem(response, said)["errors"], said
            asked += 1
    assert asked >= 8 * len(NUMBERS)


def test_dates_that_are_none_or_of_another_age(operations: list[Operation], client: Client, match: Match) -> None:
    asked = 0
    for operation, parameter in of_query(operations):
        if parameter["name"] not in DATE_NAMES:
            continue
        for moment in DATES:
            said = (operation.path, parameter["name"], moment)
            response = client.get(operation.address(), {**operation.required(match), parameter["name"]: moment})
            assert parameter["name"] in assert_problem(response, said)["errors"], said
            asked += 1
    assert asked >= 6 * len(DATES)


def test_text_of_any_kind_is_no_500_and_no_header(operations: list[Operation], client: Client, match: Match) -> None:
    for operation, parameter in of_query(operations):
        for text in TEXTS:
            said = (operation.path, parameter["name"], text[:20])
            response = client.get(operation.address(), {parameter["name"]: text})
            assert "X-Injected" not in response.headers, said
            if response.status_code != 200:
                assert_problem(response, said)


def test_text_of_any_kind_in_an_address(operations: list[Operation], client: Client) -> None:
    for operation, name in of_path(operations, "string"):
        for text in TEXTS:
            response = client.get(operation.address(**{name: text}))
            assert "X-Injected" not in response.headers
            assert_problem(response, (operation.path, text[:20]))


def test_a_parameter_that_nobody_knows(operations: list[Operation], client: Client, match: Match) -> None:
    for operation in operations:
        if operation.method == "get" and operation.path.startswith("/api/"):
            response = client.get(operation.address(), {"statu": "x", "\r\nX-Injected": "1"})
            assert "X-Injected" not in response.headers
            assert response.status_code == 400, operation.path
            assert "statu" in response.json()["errors"], operation.path


@pytest.mark.parametrize("form", ["json", "csv", "api"])
def test_hostile_names_are_no_headers(operations: list[Operation], client: Client, match: Match, form: str) -> None:
    seen = 0
    for operation in operations:
        if operation.method == "get" and operation.path.startswith("/api/v1/"):
            response = client.get(operation.address(), {"format": form})
            assert "X-Injected" not in response.headers
            assert response.status_code < 500 or response.json()["type"] == "/problems/no-active-model"
            seen += b"X-Injected" in response.content
    assert seen >= 3


BODIES: list[tuple[str, bytes, int]] = [
    ("nested too deep", b"[" * 100_000, 400),
    ("nested too deep, and closed", b'{"match_ids":' * 50_000 + b"1" + b"}" * 50_000, 413),
    ("nested too deep within the limit", b'{"a":' * 20_000 + b"1" + b"}" * 20_000, 400),
    ("too large", b" " * 10_000_000, 413),
    *((repr(body), body, 400) for body in (b"", b"{", b"\xff\xfe", b'"\xff"', b"NaN", b'{"a":NaN}', b"\x00", b"{} {}")),
    *((repr(body), body, 400) for body in (b"[]", b'"x"', b"1", b"true", b"[[]]", b"null", b"9" * 5000)),
    *(
        (text, json.dumps({name: text}).encode(), 400)
        for name in ("match_ids", "league", "x\0")
        for text in ("\0", "\ud800")
    ),
    ("numbers", json.dumps({"match_ids": [1.5, True, "1", None]}).encode(), 400),
    ("many", json.dumps({"match_ids": list(range(1, 502))}).encode(), 400),
    ("moments", json.dumps({"kickoff": "9999-12-31T23:59:59-14:00", "season": 10**30, "home_team": -1}).encode(), 400),
]


def test_bodies_that_are_none(operations: list[Operation], writer: Client, match: Match) -> None:
    taking = [operation for operation in operations if operation.has_body]
    assert len(taking) >= 3
    for operation in taking:
        for name, body, status in BODIES:
            said = (operation.method, operation.path, name)
            response = getattr(writer, operation.method)(operation.address(), body, content_type="application/json")
            if name == "b''" and operation.method == "patch":
                continue  # nothing is to be changed
            assert_problem(response, said)
            assert response.status_code == status, (said, response.content)


@pytest.mark.parametrize(
    "content_type",
    [
        *(
            "text/plain",
            "text/csv",
            "application/xml",
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=x",
        ),
        *("multipart/form-data", "nonsense", "application/json/x", "x" * 5000),
    ],
)
def test_bodies_of_another_type(operations: list[Operation], writer: Client, match: Match, content_type: str) -> None:
    for operation in operations:
        if operation.has_body:
            send = getattr(writer, operation.method)
            response = send(operation.address(), b'{"match_ids": [1]}', content_type=content_type)
            assert_problem(response, (operation.path, content_type))
            assert response.status_code == 415, (operation.path, content_type)


def test_methods_that_are_not_there(operations: list[Operation], writer: Client, match: Match) -> None:
    known = {(operation.path, operation.method) for operation in operations}
    for operation in operations:
        for method in {"post", "put", "patch", "delete"} - {method for path, method in known if path == operation.path}:
            response = getattr(writer, method)(operation.address())
            assert_problem(response, (operation.path, method))
            assert response.status_code == 405, (operation.path, method)
            assert "GET" in response.headers["Allow"] or "POST" in response.headers["Allow"]


@pytest.mark.parametrize("condition", ["", "deadbeef", '"', "W/", "x, y"])
def test_conditions_that_name_nothing_let_nobody_write(writer: Client, match: Match, condition: str) -> None:
    address = f"/api/v1/matches/{match.pk}/"
    before = Client().get(address).content
    response = writer.patch(
        address, {"score": {"home": 9, "away": 9}}, content_type="application/json", headers={"If-Match": condition}
    )
    assert response.status_code == 400
    assert response.json()["type"] == "/problems/malformed-request"
    assert Client().get(address).content == before
