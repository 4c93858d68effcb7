"""Servers and databases of a test's own, which several processes share with it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import override_settings
from django.test.utils import setup_databases, teardown_databases
from pytest_django import DjangoDbBlocker

from tests.integration import database, servers
from tests.integration.database import Database
from tests.integration.servers import RedisServer


@pytest.fixture(scope="session")
def migrated_database(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """The name of the test database, which pytest-django makes only if it is to run a test with its mark."""
    with django_db_blocker.unblock():
        creation: Any = connection.creation
        made = connection.settings_dict["NAME"] == creation._get_test_db_name()
        config = [] if made else setup_databases(verbosity=0, interactive=False)
        yield str(connection.settings_dict["NAME"])
        teardown_databases(config, verbosity=0)


@pytest.fixture(scope="session")
def filled_database(
    migrated_database: str, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Database]:
    """What the databases of the tests are copies of. Nobody is connected to it."""
    with django_db_blocker.unblock():
        filled = Database(f"{migrated_database}_filled", tmp_path_factory.mktemp("state"))
        with database.copied(migrated_database, filled.name):
            with database.in_this_process(filled.name), override_settings(MODEL_DIRECTORY=filled.state / "models"):
                database.fill()
            yield filled


@pytest.fixture
def own_database(filled_database: Database, django_db_blocker: DjangoDbBlocker) -> Iterator[Database]:
    """A database with a small league and an active model, for this process and for whatever it starts.

    Not together with the mark `django_db`: there is no transaction around the test, and none is needed.
    """
    with django_db_blocker.unblock(), database.own_database(filled_database) as own:
        yield own


@pytest.fixture
def own_redis() -> Iterator[RedisServer]:
    """A Redis under the test's control, which the caches of this process use too."""
    with servers.redis_server() as server, servers.in_this_process(server):
        yield server
