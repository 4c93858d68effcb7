"""A purge deletes generations, in few round trips, and says which server did."""

from __future__ import annotations

from itertools import count, islice
from typing import Any

import pytest
from django.core.cache import caches
from redis.exceptions import RedisError

from predictions.cache import keys
from predictions.cache.invalidation import AnotherServer, purge
from tests.integration.servers import RedisServer
from tests.predictions.conftest import RoundTrips


def _mint(*ids: int | str) -> None:
    caches["predictions"].set_many({keys.generation(of): b"g" * 16 for of in ids})


def _left(*ids: int | str) -> set[int | str]:
    return {of for of in ids if caches["predictions"].get(keys.generation(of)) is not None}


def test_it_voids_what_is_named_and_nothing_else() -> None:
    _mint(1, 2, keys.ACTIVE_MODEL)
    purge([2, keys.ACTIVE_MODEL])
    assert _left(1, 2, keys.ACTIVE_MODEL) == {1}


def test_it_says_which_server_did() -> None:
    client = caches["predictions"].client.get_client()  # type: ignore[attr-defined]
    assert purge([1]) == purge([]) == client.info("server")["run_id"]


@pytest.mark.parametrize(("matches", "expected"), [(0, 1), (1, 1), (10_000, 1), (10_001, 2), (35_000, 4)])
def test_ten_thousand_matches_take_one_round_trip(matches: int, expected: int, round_trips: RoundTrips) -> None:
    _mint(0, matches)
    round_trips.reset()
    purge(islice(count(1), matches))
    assert round_trips.count == expected
    assert _left(0, matches) == {0}


def test_a_command_deletes_a_thousand_at_the_most(own_server: RedisServer) -> None:
    purge(range(2500))
    with own_server.client as client:
        assert client.info("commandstats")["cmdstat_del"]["calls"] == 3


def test_a_purge_of_which_two_servers_executed_a_part_each_does_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the second server held of the first part nobody knows."""
    client = caches["predictions"].client.get_client()  # type: ignore[attr-defined]
    numbers = count()

    def renamed(response: Any, **options: Any) -> dict[str, Any]:
        return {"run_id": f"server{next(numbers)}"}

    monkeypatch.setitem(client.response_callbacks, "INFO", renamed)
    with pytest.raises(AnotherServer):
        purge(range(10_001))


@pytest.mark.usefixtures("redis_away")
def test_an_outage_is_raised() -> None:
    with pytest.raises(RedisError):
        purge([7])
