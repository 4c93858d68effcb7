"""The API's description, taken at its word: what it does not mention nobody may say."""

from __future__ import annotations

import copy
from typing import Any

from jsonschema import Draft202012Validator

JSON = "application/json"


class Strict:
    """Validates answers against a description in OpenAPI 3.1. Problems alone may say more than is described."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._document = copy.deepcopy(document)
        schemas = self._document["components"]["schemas"]
        for name, schema in schemas.items():
            if name != "Problem" and "properties" in schema:
                schema.setdefault("additionalProperties", False)

    def complaints(self, method: str, path: str, answer: Any, *, status: str = "200") -> list[str]:
        """What is wrong with an answer to an operation, `path` as in the description; nothing if all is well."""
        response = self._document["paths"][path][method.lower()]["responses"][status]
        return self.complaints_of_schema(response["content"][JSON]["schema"], answer)

    def complaints_of_schema(self, schema: dict[str, Any], value: Any) -> list[str]:
        validator = Draft202012Validator(
            {**schema, "components": self._document["components"]}, format_checker=Draft202012Validator.FORMAT_CHECKER
        )
        return [f"{error.json_path}: {error.message[:200]}" for error in validator.iter_errors(value)]
