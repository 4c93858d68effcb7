"""JSON that comes back as it was written."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.db import DataError, models

if TYPE_CHECKING:
    TextField = models.TextField[Any, Any]
else:
    TextField = models.TextField


class VerbatimJSONField(TextField):
    """Django's JSONField is `jsonb` on PostgreSQL, which forgets in which order an object's members were.

    Raises DataError for numbers that JSON doesn't have, as a database does that knows JSON.
    """

    def from_db_value(self, value: str | None, *args: Any) -> Any:
        return None if value is None else json.loads(value)

    def to_python(self, value: Any) -> Any:
        return json.loads(value) if isinstance(value, str) else value

    def get_prep_value(self, value: Any) -> str | None:
        if value is None:
            return None
        try:
            return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        except ValueError as error:
            raise DataError(str(error)) from error
