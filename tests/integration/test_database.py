"""Databases of a test's own: filled, apart from each other, gone afterwards."""

from __future__ import annotations

import threading

import psycopg
import pytest
from django.db import connection, connections
from django.utils import timezone

from matches.models import Match, Team
from predictions.ml.active import active_model
from predictions.models import TrainedModel
from tests.integration.database import Database, copied


def _names(database: Database) -> set[str]:
    with psycopg.connect(database.url) as server:
        return {name for (name,) in server.execute("SELECT datname FROM pg_database")}


def test_it_holds_a_league_with_matches_to_be_played_and_an_active_model(own_database: Database) -> None:
    assert Match.objects.scheduled().filter(kickoff__gt=timezone.now()).count() == 30
    assert Match.objects.filter(status=Match.Status.FINISHED).count() == 60
    assert active_model().version == TrainedModel.objects.get().version


@pytest.mark.parametrize("name", ["Gamma", "Delta"])
def test_what_one_test_writes_no_other_sees(own_database: Database, name: str) -> None:
    assert not Team.objects.filter(name__in=["Gamma", "Delta"]).exists()
    Team.objects.create(name=name)


def test_what_is_written_is_committed_for_all_to_see(own_database: Database) -> None:
    Team.objects.create(name="Gamma")
    with psycopg.connect(own_database.url) as other:
        assert other.execute("SELECT count(*) FROM matches_team WHERE name = 'Gamma'").fetchone() == (1,)


def test_all_threads_of_this_process_use_it(own_database: Database) -> None:
    found = []

    def look() -> None:
        found.append(Team.objects.count())
        connections.close_all()

    thread = threading.Thread(target=look)
    thread.start()
    thread.join(10)
    assert found == [6]
    assert connection.settings_dict["NAME"] == own_database.name


def test_a_copy_is_dropped_also_while_somebody_uses_it(own_database: Database) -> None:
    copy = Database(f"{own_database.name}_2", own_database.state)
    with copied(own_database.name, copy.name):
        left = psycopg.connect(copy.url)
        assert copy.name in _names(own_database)
    assert copy.name not in _names(own_database)
    left.close()


def test_a_copy_that_a_killed_run_has_left_is_replaced(own_database: Database) -> None:
    copy = Database(f"{own_database.name}_2", own_database.state)
    with copied(own_database.name, copy.name):
        with psycopg.connect(copy.url) as server:
            server.execute("CREATE TABLE left_over ()")
        with copied(own_database.name, copy.name), psycopg.connect(copy.url) as server:
            assert server.execute("SELECT to_regclass('left_over')").fetchone() == (None,)
