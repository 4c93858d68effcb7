"""Databases of a test's own, which other processes see too.

pytest-django's test database is migrated and empty. One copy of it is filled once in a session, and each test that asks
for the fixture `database` gets a copy of that: a fraction of a second, and nothing to clean up.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import permutations
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from django.db import connection, connections
from django.test import override_settings
from django.utils import timezone
from psycopg import sql

from matches.models import League, Match, Team
from predictions.ml import registry
from predictions.ml.active import forget_active_model
from predictions.ml.training import train

TEAMS = ["Albion", "Borough", "County", "Dynamo", "Eleven", "Fortuna"]


@dataclass(frozen=True, slots=True)
class Database:
    """A PostgreSQL database, and the folder with the models that it knows."""

    name: str
    state: Path
    """What is to be STATE_DIR; the models are in the folder `models` below it."""

    @property
    def url(self) -> str:
        return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{self.name}").geturl()


@contextlib.contextmanager
def copied(source: str, name: str) -> Iterator[None]:
    """A new database `name` like `source`, to which nobody may be connected. Dropped afterwards, in use or not."""
    connections.close_all()
    drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
    create = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(source))
    with psycopg.connect(Database("postgres", Path()).url, autocommit=True) as server:
        # One of this name can only be what a killed run has left.
        server.execute(drop)
        server.execute(create)
        try:
            yield
        finally:
            connections.close_all()
            server.execute(drop)


@contextlib.contextmanager
def in_this_process(name: str) -> Iterator[None]:
    """Have all threads of this process use this database. What other threads have open they must have closed."""
    # One dictionary, which the connections of all threads share.
    config = connections["default"].settings_dict
    former = config["NAME"]
    connections.close_all()
    config["NAME"] = name
    try:
        yield
    finally:
        connections.close_all()
        config["NAME"] = former


@contextlib.contextmanager
def own_database(like: Database) -> Iterator[Database]:
    """A copy of `like`, which this process uses too. Not within a transaction, so not with the mark `django_db`."""
    assert not connection.in_atomic_block, "a database of a test's own does not go with the mark `django_db`"
    database = Database(f"{like.name}_copy", like.state)
    with (
        copied(like.name, database.name),
        in_this_process(database.name),
        override_settings(MODEL_DIRECTORY=database.state / "models"),
    ):
        forget_active_model()
        yield database
        forget_active_model()


def fill() -> None:
    """A league with two seasons played and a third to be played, from ten days from now on; a model, and active."""
    league = League.objects.create(code="en.1", name="Premier League", country="en", cache_ttl=6 * 3600)
    teams = Team.objects.bulk_create(Team(name=name, country="en") for name in TEAMS)
    today = timezone.now().replace(hour=15, minute=0, second=0, microsecond=0)
    matches = []
    for season, first in ((2021, -800), (2022, -400), (2023, 10)):
        for number, (home, away) in enumerate(permutations(range(len(TEAMS)), 2)):
            match = Match(league=league, season=season, home_team=teams[home], away_team=teams[away])
            match.kickoff = today + timedelta(days=first + 3 * number)
            if first < 0:
                # The first teams are the better ones, and all outcomes occur.
                match.status = Match.Status.FINISHED
                match.home_goals = (6 + away - home + number % 3) // 3
                match.away_goals = (5 - away + home + number * 7 % 5) // 3
            matches.append(match)
    Match.objects.bulk_create(matches)
    registry.activate(train(now=timezone.now()).row.version)
    forget_active_model()
