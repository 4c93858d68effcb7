"""The API's description: complete, true of real answers, and the one in the repository."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.test import Client
from drf_spectacular.validation import validate_schema

from rest.description import _rendered
from rest.problems import KINDS
from tests.integration.conformance.strictness import JSON, Strict

PROJECT = Path(__file__).resolve().parent.parent.parent
PROBLEM = "application/problem+json"

Operation = tuple[str, str, dict[str, Any]]


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    response = Client().get("/api/schema/", headers={"accept": JSON})
    assert response.status_code == 200
    document: dict[str, Any] = response.json()
    return document


def operations(document: dict[str, Any]) -> Iterator[Operation]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield method, path, operation


def problems(document: dict[str, Any], operation: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """By status, the media type object of each problem."""
    found = {}
    for status, response in operation["responses"].items():
        if "$ref" in response:
            name = response["$ref"].removeprefix("#/components/responses/")
            found[status] = document["components"]["responses"][name]["content"][PROBLEM]
    return found


def kinds(document: dict[str, Any], method: str, path: str) -> set[str]:
    described = problems(document, document["paths"][path][method])
    return {kind for media in described.values() for kind in media["examples"]}


def test_it_is_valid_openapi_3_1(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1.")
    validate_schema(document)


def test_the_file_in_the_repository_is_the_same(client: Client) -> None:
    response = client.get("/api/schema/", headers={"accept": "application/yaml"})
    assert (PROJECT / "docs" / "openapi.yaml").read_bytes() == response.content, "type: make openapi"


def test_it_is_rendered_once(client: Client) -> None:
    client.get("/api/schema/")
    before = _rendered.cache_info()
    response = client.get("/api/schema/")
    assert _rendered.cache_info().misses == before.misses
    again = client.get("/api/schema/", headers={"if-none-match": response.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_every_operation_has_a_summary_a_tag_and_an_example(document: dict[str, Any]) -> None:
    tags = {tag["name"] for tag in document["tags"]}
    for method, path, operation in operations(document):
        assert operation["summary"], path
        assert set(operation["tags"]) <= tags, path
        [answered] = [response for status, response in operation["responses"].items() if status.startswith("2")]
        if path != "/api/schema/":
            assert any("examples" in media for media in answered["content"].values()), (method, path)
        if "requestBody" in operation:
            assert operation["requestBody"]["content"][JSON]["examples"], (method, path)


def test_examples_which_are_real_answers_are_as_described_and_say_no_more(document: dict[str, Any]) -> None:
    strict = Strict(document)
    for method, path, operation in operations(document):
        for status, response in operation["responses"].items():
            examples = response.get("content", {}).get(JSON, {}).get("examples", {})
            for example in examples.values():
                assert strict.complaints(method, path, example["value"], status=status) == [], (method, path)
        if "requestBody" in operation:
            body = operation["requestBody"]["content"][JSON]
            for example in body["examples"].values():
                assert strict.complaints_of_schema(body["schema"], example["value"]) == [], (method, path)


def test_what_is_not_described_is_a_complaint(document: dict[str, Any]) -> None:
    strict = Strict(document)
    [complaint] = strict.complaints("GET", "/healthz", {"status": "ok", "mood": "good"})
    assert "mood" in complaint


def test_every_kind_of_problem_is_described_with_an_example(document: dict[str, Any]) -> None:
    described = {kind for method, path, _ in operations(document) for kind in kinds(document, method, path)}
    # A method that is not described has no description to stand in.
    assert described == KINDS.keys() - {"method-not-allowed"}


def test_examples_of_problems_are_as_described(document: dict[str, Any]) -> None:
    strict = Strict(document)
    for _, path, operation in operations(document):
        for status, media in problems(document, operation).items():
            for kind, example in media["examples"].items():
                assert strict.complaints_of_schema(media["schema"], example["value"]) == [], path
                assert (example["value"]["status"], example["value"]["type"]) == (int(status), f"/problems/{kind}")


def test_a_problem_of_another_kind_is_a_departure(document: dict[str, Any]) -> None:
    [media] = [
        media
        for status, media in problems(document, document["paths"]["/api/v1/matches/{match_id}/"]["get"]).items()
        if status == "404"
    ]
    other = media["examples"]["not-found"]["value"] | {"type": "/problems/conflict"}
    assert Strict(document).complaints_of_schema(media["schema"], other)


def test_problems_follow_from_what_an_operation_is(document: dict[str, Any]) -> None:
    reads = kinds(document, "get", "/api/v1/matches/")
    assert {"invalid-parameters", "not-authenticated", "not-acceptable", "precondition-failed", "unavailable"} <= reads
    assert not {"forbidden", "not-found", "content-too-large", "overloaded", "conflict"} & reads
    writes = kinds(document, "post", "/api/v1/matches/")
    assert {"forbidden", "content-too-large", "unsupported-media-type", "conflict"} <= writes
    predicts = kinds(document, "get", "/api/v1/predictions/{match_id}/")
    assert {"not-found", "overloaded", "no-active-model", "too-many-requests"} <= predicts


def test_reading_needs_no_key_and_writing_does(document: dict[str, Any]) -> None:
    paths = document["paths"]
    assert paths["/api/v1/matches/"]["get"]["security"] == [{"apiKey": []}, {}]
    assert paths["/api/v1/predictions/batch/"]["post"]["security"] == [{"apiKey": []}, {}]
    assert paths["/api/v1/matches/"]["post"]["security"] == [{"apiKey": []}]
    assert document["components"]["securitySchemes"]["apiKey"]["scheme"] == "bearer"


def test_limits_of_parameters_are_those_of_the_filters(document: dict[str, Any]) -> None:
    parameters = {
        parameter["name"]: parameter
        for parameter in document["paths"]["/api/v1/matches/"]["get"]["parameters"]
        if "name" in parameter
    }
    assert parameters["season"]["schema"] == {"type": "integer", "minimum": 1850, "maximum": 2200}
    assert parameters["team"]["schema"]["minimum"] == 0
    assert parameters["league"]["schema"]["maxLength"] == 32


def test_it_is_to_be_had_as_yaml(client: Client, document: dict[str, Any]) -> None:
    response = client.get("/api/schema/?format=yaml")
    assert yaml.safe_load(response.content) == document
