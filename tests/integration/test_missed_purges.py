"""A Redis that was away, hung, refused, or came back with old data: what changed meanwhile is not served as it was."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import connections
from django.utils import timezone
from pytest_django import Settings

from matches.models import Match, Team
from predictions import services
from predictions.cache.answers import Source
from predictions.cache.gate import gate
from predictions.drainer import Drainer
from predictions.models import Invalidation
from tests.integration.database import Database
from tests.integration.servers import RedisServer
from tests.integration.web import web_server

pytestmark = pytest.mark.usefixtures("own_database")


@pytest.fixture
def team() -> Team:
    """The home team of the match that everybody asks for."""
    return Match.objects.scheduled().select_related("home_team").order_by("kickoff")[0].home_team


def rename(team: Team, name: str) -> None:
    team.name = name
    team.save()


def next_match(team: Team) -> int:
    return team.home_matches.filter(status="scheduled").earliest("kickoff").pk


def ask(team: Team) -> tuple[str, Source]:
    """The team's name in the answer that a reader gets, and where the answer came from."""
    answer = services.predict(next_match(team), now=timezone.now())
    return json.loads(answer.entry.body)["match"]["home_team"]["name"], answer.source


def warm(team: Team) -> None:
    ask(team)
    assert ask(team) == (team.name, Source.HIT)


def settle() -> None:
    Drainer().drain(now=timezone.now())


@contextmanager
def draining() -> Iterator[None]:
    """A drainer's thread, as in each web process."""
    drainer = Drainer()

    def run() -> None:
        drainer.run()
        connections.close_all()

    thread = Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        drainer.stop()
        thread.join(20)


def seconds_until_settled(server: RedisServer) -> float:
    """How long from now on until nothing is unsettled for this server."""
    begun = time.monotonic()
    run_id = server.run_id
    while Invalidation.objects.unsettled(run_id).exists():
        assert time.monotonic() < begun + 10
        time.sleep(0.01)
    return time.monotonic() - begun


def test_a_snapshot_older_than_a_change_is_not_believed(own_redis: RedisServer, team: Team) -> None:
    warm(team)
    old = own_redis.snapshot()
    rename(team, "Renamed")
    assert ask(team) == ("Renamed", Source.MISS)

    own_redis.restart_from(old)

    assert ask(team) == ("Renamed", Source.MISS)
    assert ask(team) == ("Renamed", Source.HIT)


def test_of_a_snapshot_all_is_kept_that_no_later_change_has_touched(own_redis: RedisServer, team: Team) -> None:
    warm(team)
    old = own_redis.snapshot()
    Invalidation.objects.all().delete()  # earlier changes are long past
    Team.objects.create(name="Elsewhere", country="de")

    own_redis.restart_from(old)

    assert ask(team) == (team.name, Source.HIT)


def test_what_changed_while_redis_was_away_is_settled_within_two_seconds_of_its_return(
    own_redis: RedisServer, team: Team
) -> None:
    warm(team)
    old = own_redis.snapshot()
    with draining():
        own_redis.kill()
        rename(team, "Renamed")
        own_redis.restart_from(old)
        assert seconds_until_settled(own_redis) < 2
    gate.reset()
    assert ask(team) == ("Renamed", Source.MISS)


def test_web_processes_settle_what_another_has_left(own_database: Database, own_redis: RedisServer, team: Team) -> None:
    """The writer has come and gone, as a command does, while Redis was away."""
    path = f"/api/v1/predictions/{next_match(team)}/"
    with web_server(database=own_database, redis=own_redis) as web:
        web.get(path)
        old = own_redis.snapshot()
        own_redis.kill()
        rename(team, "Renamed")
        own_redis.restart_from(old)
        assert seconds_until_settled(own_redis) < 2
        for _ in range(10):
            assert web.get(path).json()["match"]["home_team"]["name"] == "Renamed"


def test_two_snapshots_in_a_row_are_not_believed(own_redis: RedisServer, team: Team) -> None:
    """What one server has made up for the next has not."""
    warm(team)
    old = own_redis.snapshot()
    rename(team, "Renamed")
    for _ in range(2):
        own_redis.restart_from(old)
        settle()
        assert ask(team) == ("Renamed", Source.MISS)
        gate.reset()


def test_a_redis_that_hangs_costs_the_writer_one_time_out_and_serves_nothing_old(
    own_redis: RedisServer, team: Team, settings: Settings
) -> None:
    warm(team)
    own_redis.pause()
    begun = time.monotonic()
    rename(team, "Renamed")
    assert time.monotonic() - begun < 2 * django_settings.CACHES["predictions"]["OPTIONS"]["SOCKET_TIMEOUT"]
    settle()
    assert gate.owed
    own_redis.resume()

    assert ask(team) == ("Renamed", Source.BYPASS)
    settle()
    gate.reset()
    assert ask(team)[0] == "Renamed"
    assert not Invalidation.objects.pending().exists()


def test_while_redis_refuses_to_forget_it_is_not_read(own_redis: RedisServer, team: Team) -> None:
    warm(team)
    own_redis.refuse_writes()
    assert ask(team) == (team.name, Source.HIT), "it serves what it has as long as nothing changes"
    rename(team, "Renamed")
    settle()
    assert ask(team) == ("Renamed", Source.BYPASS)

    own_redis.accept_writes()
    settle()
    assert ask(team) == ("Renamed", Source.MISS)


def test_a_writer_that_dies_between_commit_and_purge_loses_nothing(
    own_redis: RedisServer, team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    warm(team)
    with monkeypatch.context() as patch:
        patch.setattr("predictions.invalidation.settle", _die)
        with pytest.raises(SystemExit):
            rename(team, "Renamed")
    settle()
    assert ask(team) == ("Renamed", Source.MISS)


def test_a_writer_that_dies_between_purge_and_mark_loses_nothing(
    own_redis: RedisServer, team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    warm(team)
    with monkeypatch.context() as patch:
        patch.setattr("predictions.settled.Settled.mark", _die)
        with pytest.raises(SystemExit):
            rename(team, "Renamed")
    old = own_redis.snapshot()
    own_redis.restart_from(old)
    settle()
    assert not Invalidation.objects.pending().exists()
    assert ask(team) == ("Renamed", Source.MISS)


def _die(*arguments: Any, **options: Any) -> None:
    raise SystemExit
