from __future__ import annotations

from datetime import UTC, datetime

import pytest

from access import keys
from access.keys import NewKey

NOW = datetime(2026, 8, 1, 12, tzinfo=UTC)


@pytest.fixture
def made(db: None) -> NewKey:
    return keys.create(name="Odds page")
