"""The scheduler itself: actors stand where they are told to, and what goes wrong with them is told."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db import connection, transaction
from redis import Redis

from tests.integration.points import call, database, redis
from tests.integration.schedule import Blocked, NotReached, Schedule
from tests.integration.servers import RedisServer, redis_server
from tests.predictor_site.processes import eventually


@pytest.fixture(scope="module")
def server() -> Iterator[RedisServer]:
    with redis_server() as server:
        yield server


@pytest.fixture
def client(server: RedisServer) -> Iterator[Redis]:
    with server.client as client:
        client.flushall()
        yield client


@pytest.fixture
def schedule() -> Iterator[Schedule]:
    with Schedule(patience=0.3) as schedule:
        yield schedule


def test_an_actor_stands_before_the_command_that_it_was_to_stop_at(schedule: Schedule, client: Redis) -> None:
    client.mset({"first": "old", "second": "old"})
    schedule.actor("reader", lambda: [client.get("first"), client.get("second")])
    schedule.run("reader").until(redis("GET", nth=2))
    client.mset({"first": "new", "second": "new"})
    assert schedule.run("reader").to_the_end() == [b"old", b"new"]


def test_past_a_command_it_has_been_done(schedule: Schedule, client: Redis) -> None:
    schedule.actor("writer", lambda: [client.set("first", "1"), client.set("second", "2")])
    schedule.run("writer").past(redis("SET"))
    assert (client.get("first"), client.get("second")) == (b"1", None)


def test_without_a_number_the_next_one_is_meant(schedule: Schedule, client: Redis) -> None:
    schedule.actor("writer", lambda: [client.set(name, "1") for name in "abc"])
    for written in range(3):
        assert schedule.run("writer").until(redis("SET")).detail == f"SET {'abc'[written]} 1"
        assert client.dbsize() == written


def test_a_number_that_it_stands_at_already_is_where_it_stays(schedule: Schedule, client: Redis) -> None:
    schedule.actor("writer", lambda: [client.set(name, "1") for name in "abc"])
    schedule.run("writer").until(redis("SET", nth=2))
    schedule.run("writer").until(redis("SET", nth=2))
    assert client.dbsize() == 1


def test_what_a_command_must_contain_is_looked_for_in_all_arguments(schedule: Schedule, client: Redis) -> None:
    schedule.actor("writer", lambda: [client.set(name, "1") for name in "abc"])
    schedule.run("writer").until(redis("SET", containing=" c "))
    assert client.dbsize() == 2


def test_a_pipeline_is_one_point_with_the_names_of_all_its_commands(schedule: Schedule, client: Redis) -> None:
    def fill() -> None:
        with client.pipeline(transaction=False) as pipe:
            pipe.set("key", "value")
            pipe.expire("key", 60)
            pipe.execute()

    schedule.actor("writer", fill)
    assert schedule.run("writer").until(redis("EXPIRE")).names == ("SET", "EXPIRE")
    assert client.get("key") is None
    schedule.run("writer").to_the_end()
    assert client.ttl("key") == 60


@pytest.mark.django_db(transaction=True)
def test_an_actor_stands_before_its_commit_and_nobody_sees_what_it_wrote(schedule: Schedule) -> None:
    def write() -> None:
        with transaction.atomic():
            Group.objects.create(name="Albion")

    schedule.actor("writer", write)
    assert "auth_group" in schedule.run("writer").until(database("INSERT")).detail
    schedule.run("writer").until(database("COMMIT"))
    assert not Group.objects.exists()
    schedule.run("writer").to_the_end()
    assert Group.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_read_comes_before_or_after_a_write_as_the_schedule_says(schedule: Schedule) -> None:
    group = Group.objects.create(name="Albion")
    schedule.actor("reader", lambda: [Group.objects.get().name, Group.objects.get().name])
    schedule.run("reader").until(database("SELECT", containing="auth_group", nth=2))
    Group.objects.filter(pk=group.pk).update(name="Borough")
    assert schedule.run("reader").to_the_end() == ["Albion", "Borough"]


@pytest.mark.django_db(transaction=True)
def test_who_waits_for_a_lock_of_the_database_is_blocked_until_it_is_let_go(schedule: Schedule) -> None:
    group = Group.objects.create(name="Albion")

    def rename(name: str) -> None:
        with transaction.atomic():
            Group.objects.filter(pk=group.pk).update(name=name)

    schedule.actor("first", lambda: rename("Borough"))
    schedule.actor("second", lambda: rename("County"))
    schedule.run("first").until(database("COMMIT"))
    assert schedule.run("second").until_blocked().names == ("UPDATE",)
    schedule.run("first").to_the_end()
    # Having got the lock it has come to its commit by itself.
    assert schedule.run("second").step().names == ("COMMIT",)
    assert Group.objects.get().name == "Borough"
    schedule.run("second").to_the_end()
    assert Group.objects.get().name == "County"


def test_who_waits_for_an_event_is_blocked(schedule: Schedule, client: Redis) -> None:
    given = threading.Event()
    schedule.actor("waiter", lambda: (given.wait(), client.get("key")))
    schedule.actor("giver", given.set)
    schedule.run("waiter").until_blocked()
    schedule.run("giver").to_the_end()
    assert schedule.run("waiter").until(redis("GET")).detail == "GET key"


def test_who_waits_again_and_again_is_blocked_too(schedule: Schedule) -> None:
    given = threading.Event()

    def wait() -> None:
        while not given.wait(0.01):
            pass

    schedule.actor("waiter", wait)
    schedule.run("waiter").until_blocked()
    given.set()
    schedule.run("waiter").to_the_end()


def test_who_is_blocked_unexpectedly_is_an_error_that_says_where(schedule: Schedule) -> None:
    given = threading.Event()
    schedule.actor("waiter", given.wait)
    with pytest.raises(Blocked, match=r"'waiter' \(last at actor begin\) is blocked:(.|\n)*threading.py"):
        schedule.run("waiter").to_the_end()
    given.set()


def test_who_only_takes_long_is_not_blocked(schedule: Schedule) -> None:
    def work() -> int:
        until, steps = time.monotonic() + 3 * schedule.patience, 0
        while time.monotonic() < until:
            steps += 1
        return steps

    schedule.actor("worker", work)
    assert schedule.run("worker").to_the_end() > 0


@pytest.mark.django_db(transaction=True)
def test_who_only_awaits_an_answer_of_a_server_is_not_blocked(schedule: Schedule, client: Redis) -> None:
    seconds = 2 * schedule.patience

    def ask() -> None:
        client.blpop("nothing", seconds)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(%s)", [seconds])

    schedule.actor("patient", ask)
    schedule.run("patient").to_the_end()


def test_who_ends_although_it_should_be_blocked_is_an_error(schedule: Schedule) -> None:
    schedule.actor("worker", lambda: None)
    with pytest.raises(NotReached, match="without being blocked"):
        schedule.run("worker").until_blocked()


def test_a_point_that_is_never_reached_is_an_error_that_lists_those_that_were(
    schedule: Schedule, client: Redis
) -> None:
    schedule.actor("reader", lambda: client.get("key"))
    with pytest.raises(NotReached, match=r"without coming to redis SET(.|\n)*GET key"):
        schedule.run("reader").until(redis("SET"))


def test_what_an_actor_raises_is_raised_at_whoever_ran_it(schedule: Schedule) -> None:
    def fail() -> None:
        raise KeyError("lost")

    schedule.actor("failing", fail)
    with pytest.raises(KeyError, match="lost") as caught:
        schedule.run("failing").to_the_end()
    assert caught.value.__notes__ == ["in the actor 'failing'"]


def test_an_error_that_nobody_has_seen_is_raised_at_the_end(client: Redis) -> None:
    def fail() -> None:
        client.get("key")
        raise KeyError("lost")

    def stop_before_the_error() -> None:
        with Schedule() as schedule:
            schedule.actor("failing", fail)
            schedule.run("failing").until(redis("GET"))

    with pytest.raises(KeyError, match="lost"):
        stop_before_the_error()


def test_what_is_left_at_the_end_goes_on_unscheduled(client: Redis) -> None:
    with Schedule() as schedule:
        schedule.actor("writer", lambda: [client.set(name, "1") for name in "abc"])
        schedule.run("writer").until(redis("SET", nth=2))
    assert client.dbsize() == 3


def test_nothing_is_left_of_the_pause_points(client: Redis) -> None:
    passed = []
    with Schedule() as schedule:
        schedule.pause_at(Redis, "get")
        schedule.actor("reader", lambda: client.get("key"))
        schedule.run("reader").to_the_end()
        passed = list(schedule.trace)
    thread = threading.Thread(target=client.get, args=("key",), name="reader")
    thread.start()
    thread.join(10)
    assert not thread.is_alive()
    assert schedule.trace == passed


def test_a_chosen_call_is_a_point(schedule: Schedule) -> None:
    class Box:
        content = 0

        def put(self, content: int) -> int:
            self.content = content
            return content

    box = Box()
    schedule.pause_at(Box)
    schedule.actor("writer", lambda: [box.put(1), box.put(2)])
    schedule.run("writer").until(call("Box.put", nth=2))
    assert box.content == 1
    assert schedule.run("writer").to_the_end() == [1, 2]
    assert box.content == 2


def test_a_chosen_call_of_a_module_is_a_point(schedule: Schedule) -> None:
    schedule.pause_at(random, "getrandbits")
    schedule.actor("drawer", lambda: random.getrandbits(1))
    assert str(schedule.run("drawer").until(call("random.getrandbits"))) == "call random.getrandbits"


def _increments(schedule: Schedule, client: Redis, seed: int) -> tuple[bytes | None, list[tuple[str, str]]]:
    """Two that count up without a lock, in an order that `seed` decides: the count, and what happened."""

    def increment() -> None:
        client.set("count", int(client.get("count") or 0) + 1)

    client.delete("count")
    schedule.actor("one", increment)
    schedule.actor("two", increment)
    schedule.run_all(random.Random(seed).choice)
    count: Any = client.get("count")
    return count, schedule.trace


def test_a_random_order_finds_the_lost_update(client: Redis) -> None:
    counts = set()
    for seed in range(20):
        with Schedule() as schedule:
            counts.add(_increments(schedule, client, seed)[0])
    assert counts == {b"1", b"2"}


def test_the_same_seed_gives_the_same_order(server: RedisServer) -> None:
    traces = []
    for _ in range(3):
        # A connection that is opened on the way is part of the order.
        with server.client as client, Schedule() as schedule:
            traces.append(_increments(schedule, client, seed=3)[1])
    assert traces[0] == traces[1] == traces[2]
    assert len(traces[0]) > 6


@pytest.mark.django_db(transaction=True)
def test_a_random_order_goes_on_with_the_others_while_one_is_blocked(client: Redis) -> None:
    group = Group.objects.create(name="Albion")

    def append(letter: str) -> None:
        with transaction.atomic():
            locked = Group.objects.select_for_update().get(pk=group.pk)
            client.get("key")
            locked.name += letter
            locked.save()

    for seed in range(3):
        with Schedule(patience=0.2) as schedule:
            for letter in "xyz":
                schedule.actor(letter, lambda letter=letter: append(letter))  # type: ignore[misc]
            schedule.run_all(random.Random(seed).choice)
    assert sorted(Group.objects.get().name) == sorted("Albion" + 3 * "xyz")


def test_all_blocked_is_an_error_that_names_them(schedule: Schedule) -> None:
    given = threading.Event()
    schedule.actor("one", given.wait)
    schedule.actor("two", given.wait)
    with pytest.raises(Blocked, match=r"each waits for another: 'one' .*'two' "):
        schedule.run_all(random.Random(1).choice)
    given.set()


@pytest.mark.django_db(transaction=True)
def test_actors_leave_no_database_connection_open() -> None:
    def connections_open() -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")
            return int(cursor.fetchone()[0])

    before = connections_open()
    with Schedule() as schedule:
        schedule.actor("reader", lambda: Group.objects.exists())
        schedule.run("reader").until(database("SELECT"))
        schedule.run("reader").to_the_end()
    eventually(lambda: connections_open() == before)
