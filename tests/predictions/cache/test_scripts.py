"""The Lua scripts in a real Redis: what they return, and what they need of the server."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import caches
from redis import Redis
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import OutOfMemoryError, ResponseError

from predictions.cache import scripts
from predictions.cache.scripts import CHARGE, CLAIM, FILL, MINT, PLACES_PER_CALL, RELEASE, Call, Script
from tests.integration.servers import RedisServer
from tests.predictions.conftest import RoundTrips, fill_up

OLD, NEW = b"g" * 16, b"n" * 16
TOKEN, OTHER = b"t" * 16, b"o" * 16

ALL = [CLAIM, FILL, RELEASE, MINT, CHARGE]


def claim(tag: str = "7", *, seen: bytes = b"", token: bytes = TOKEN) -> Call:
    keys = [f"entry:{{{tag}}}", f"gen:{{{tag}}}", f"lease:{{{tag}}}"]
    return Call(CLAIM, keys, [seen, NEW, token, 60_000, 3_000])


def fill(
    tag: str = "7", *, generation: bytes = NEW, token: bytes = TOKEN, life: int = 1000, longer: int = 9000
) -> Call:
    keys = [f"entry:{{{tag}}}", f"gen:{{{tag}}}", f"lease:{{{tag}}}"]
    return Call(FILL, keys, [generation, token, b"value", 1000, longer])


def with_part(tag: str) -> Call:
    whole = fill(tag)
    return Call(FILL, [*whole.keys, f"part:{{{tag}}}"], [*whole.arguments, b"part", 1000])


def release(tag: str = "7", *, generation: bytes = NEW, token: bytes = TOKEN, forget: int = 0) -> Call:
    return Call(RELEASE, [f"lease:{{{tag}}}", f"gen:{{{tag}}}"], [generation, token, forget])


def mint(tag: str = "7", *, generation: bytes = NEW) -> Call:
    return Call(MINT, [f"gen:{{{tag}}}"], [generation, 60_000])


def charge() -> Call:
    return Call(CHARGE, ["toll:{7}"], [0, 1000, 60_000, 1])


@pytest.fixture
def client(own_server: RedisServer) -> Redis:
    """That of the service. The server is real, and knows none of the scripts; on a shared one others need them."""
    cache: Any = caches["predictions"]
    client: Redis = cache.client.get_client(write=True)
    client.ping()  # the connection is greeted
    return client


def run(client: Redis, call: Call) -> Any:
    [result] = scripts.run(client, [call])
    return result


def test_the_server_knows_a_script_by_the_name_that_we_give_it(client: Redis) -> None:
    for script in ALL:
        assert client.script_load(script.source) == script.sha


@pytest.mark.parametrize("script", ALL)
def test_no_script_names_its_engine_or_a_full_redis_would_refuse_to_delete(script: Script) -> None:
    assert not script.source.startswith("#!")


@pytest.mark.parametrize(
    ("call", "result"),
    [(claim(), [None, NEW, 1]), (fill(generation=OLD), 0), (release(), None), (mint(), NEW), (charge(), 0)],
    ids=["claim", "fill", "release", "mint", "charge"],
)
def test_a_server_that_has_lost_its_scripts_is_taught_them(
    client: Redis, round_trips: RoundTrips, call: Call, result: object
) -> None:
    assert run(client, call) == result
    assert round_trips.count == 2
    assert client.script_exists(call.script.sha) == [True]


def test_a_script_that_the_server_knows_is_one_round_trip(client: Redis, round_trips: RoundTrips) -> None:
    run(client, mint())
    round_trips.reset()
    run(client, mint())
    assert round_trips.count == 1


def test_many_calls_whose_scripts_are_lost_are_two_round_trips_and_keep_their_order(
    client: Redis, round_trips: RoundTrips
) -> None:
    calls = [claim("1"), mint("2", generation=OLD), claim("3"), claim("3"), fill("1"), release("3")]
    results = scripts.run(client, calls)
    assert results == [[None, NEW, 1], OLD, [None, NEW, 1], [None, NEW, 1], 1, None]
    assert round_trips.count == 2


def test_a_script_that_only_some_calls_lack_is_taught_for_those(client: Redis) -> None:
    run(client, mint("1"))
    assert scripts.run(client, [mint("1"), claim("2"), mint("3")]) == [NEW, [None, NEW, 1], NEW]


def test_a_call_that_fails_spoils_no_other(client: Redis) -> None:
    client.set("word", "no number")
    count_up = Script.of("return redis.call('INCR', KEYS[1])")
    before, failed, after = scripts.run(client, [mint("1"), Call(count_up, ["word"], []), mint("2")])
    assert isinstance(failed, ResponseError)
    assert (before, after) == (NEW, NEW)


@pytest.mark.parametrize("known", [True, False], ids=["scripts known", "scripts lost"])
def test_many_places_share_a_call_and_each_is_judged_by_itself(client: Redis, known: bool) -> None:
    tags = [str(number) for number in range(3 * PLACES_PER_CALL + 1)]
    scripts.run(client, [claim(tag) for tag in tags])
    for tag in tags[::2]:
        client.delete(f"gen:{{{tag}}}")
    if not known:
        client.script_flush()
    # Others have other numbers of keys and arguments.
    results = scripts.run(client, [fill(tag) if int(tag) % 5 else with_part(tag) for tag in tags])
    assert results == [int(tag) % 2 for tag in tags]
    assert client.exists(*(f"lease:{{{tag}}}" for tag in tags)) == 0
    assert [client.exists(f"entry:{{{tag}}}") for tag in tags] == results
    assert [client.exists(f"part:{{{tag}}}") for tag in tags] == [int(tag) % 10 == 5 for tag in tags]


def test_many_places_are_few_commands(client: Redis) -> None:
    run(client, claim())
    client.config_resetstat()
    scripts.run(client, [claim(str(number)) for number in range(2 * PLACES_PER_CALL + 1)])
    assert client.info("commandstats")["cmdstat_evalsha"]["calls"] == 3


def test_a_place_that_fails_spoils_no_other_of_its_call(client: Redis) -> None:
    client.set("word", "no number")
    count_up = Script.of("return redis.call('INCR', KEYS[1])")
    first, failed, last = scripts.run(client, [Call(count_up, [key], []) for key in ("a", "word", "b")])
    assert isinstance(failed, ResponseError)
    assert (first, last) == (1, 1)


@pytest.mark.usefixtures("redis_away")
def test_a_server_that_is_away_is_an_error() -> None:
    away: Any = caches["predictions"]
    with pytest.raises(RedisConnectionError):
        scripts.run(away.client.get_client(write=True), [mint()])


@pytest.mark.parametrize("known", [True, False], ids=["scripts known", "scripts lost"])
def test_a_full_server_still_deletes(own_server: RedisServer, known: bool) -> None:
    with own_server.client as client:
        run(client, claim())
        run(client, release(token=OTHER))
        fill_up(own_server)
        if not known:
            client.script_flush()
        run(client, release(forget=1))
        assert client.dbsize() == 0


@pytest.mark.parametrize(
    "call", [claim("new"), fill(token=OTHER), mint("new"), charge()], ids=["claim", "fill", "mint", "charge"]
)
def test_a_full_server_refuses_to_store(own_server: RedisServer, call: Call) -> None:
    with own_server.client as client:
        run(client, claim())
        fill_up(own_server)
        assert isinstance(run(client, call), OutOfMemoryError)


def test_a_fill_drops_its_lease_also_in_a_full_server(own_server: RedisServer) -> None:
    with own_server.client as client:
        run(client, claim())
        fill_up(own_server)
        # The value is stored as well: Redis refuses only the first write of a script, and that one deletes.
        assert run(client, fill()) == 1
        assert client.exists("lease:{7}") == 0


WRONG: dict[str, Callable[[Redis, str], object]] = {
    "a list": lambda client, key: client.rpush(key, "x"),
    "a hash": lambda client, key: client.hset(key, "x", "y"),
}


@pytest.mark.parametrize("put", WRONG.values(), ids=WRONG)
@pytest.mark.parametrize("key", ["entry:{7}", "gen:{7}", "lease:{7}"])
def test_what_somebody_else_put_there_is_taken_for_nothing(
    client: Redis, key: str, put: Callable[[Redis, str], object]
) -> None:
    put(client, key)
    assert run(client, claim()) == [None, NEW, 1]
    if key == "entry:{7}":
        assert run(client, fill()) == 1
        assert client.get(key) == b"value"


@pytest.mark.parametrize("key", ["gen:{7}", "lease:{7}"])
def test_a_fill_meets_what_somebody_else_put_there(client: Redis, key: str) -> None:
    run(client, claim())
    client.delete(key)
    client.rpush(key, "x")
    assert run(client, fill()) == (0 if key == "gen:{7}" else 1)


@pytest.mark.parametrize("damaged", [b"", b"5", b"x" * 15, b"x" * 17])
def test_a_generation_that_is_none_is_minted_anew(client: Redis, damaged: bytes) -> None:
    client.set("gen:{7}", damaged)
    assert run(client, mint()) == NEW
    client.set("gen:{7}", damaged)
    assert run(client, claim()) == [None, NEW, 1]


def test_a_generation_that_is_there_is_not_minted(client: Redis) -> None:
    client.set("gen:{7}", OLD, px=5000)
    assert run(client, mint()) == OLD
    assert run(client, claim()) == [None, OLD, 1]
    assert 0 < client.pttl("gen:{7}") <= 5000


@pytest.mark.parametrize(("left", "renewed"), [(900, True), (-1, True), (5000, False)])
def test_a_fill_renews_a_generation_that_would_not_outlive_the_entry(client: Redis, left: int, renewed: bool) -> None:
    client.set("gen:{7}", NEW, px=left if left > 0 else None)
    assert run(client, fill(longer=9000)) == 1
    assert (client.pttl("gen:{7}") > 5000) is renewed


@pytest.mark.parametrize("generation", [OLD, None])
def test_only_the_generation_asked_for_is_dropped(client: Redis, generation: bytes | None) -> None:
    client.set("gen:{7}", NEW)
    run(client, release(generation=generation or NEW, forget=1))
    assert client.exists("gen:{7}") == (0 if generation is None else 1)


@pytest.mark.parametrize("generation", [NEW, OLD], ids=["current", "no longer current"])
def test_further_entries_are_filled_with_the_first_or_not_at_all(client: Redis, generation: bytes) -> None:
    run(client, claim())
    call = fill(generation=generation)
    more = Call(FILL, [*call.keys, "part:{7}", "other:{7}"], [*call.arguments, b"a part", 5000, b"another", 7000])
    current = generation == NEW
    assert run(client, more) == int(current)
    assert client.mget("entry:{7}", "part:{7}", "other:{7}") == (
        [b"value", b"a part", b"another"] if current else [None] * 3
    )
    if current:
        assert 1000 < client.pttl("part:{7}") <= 5000 < client.pttl("other:{7}") <= 7000
