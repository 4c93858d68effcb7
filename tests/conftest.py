"""What every test relies on: real servers, and a state directory of its own."""

import os
import shutil
from pathlib import Path

import hypothesis
import pytest
from django.db import connection
from pytest_django import DjangoDbBlocker

# The same examples in every run. To look for new ones: make test ARGS="--hypothesis-profile default"
hypothesis.settings.register_profile("repeatable", derandomize=True)
hypothesis.settings.load_profile("repeatable")


def pytest_configure(config: pytest.Config) -> None:
    """Say at once what is missing, instead of in every test."""
    if missing := [name for name in ("DATABASE_URL", "REDIS_URL") if not os.environ.get(name)]:
        raise pytest.UsageError(
            f"The tests need servers of their own (not set: {', '.join(missing)}). "
            'Type `make test`, which starts them; for a part of the tests: make test ARGS="tests/matches -k import"'
        )


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """Have Django know what it would ask SQLite in the middle of some test: whether it can do JSON."""
    with django_db_blocker.unblock():
        assert connection.features.supports_json_field


def pytest_unconfigure(config: pytest.Config) -> None:
    """Leave no folder behind that tests/settings.py has made."""
    folder = Path(os.environ.get("STATE_DIR", ""))
    if folder.name.startswith("predictor-tests-"):
        shutil.rmtree(folder, ignore_errors=True)
