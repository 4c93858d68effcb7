from __future__ import annotations

from typing import Any

import pytest
from django.core.cache import caches
from pytest_django import Settings

from predictions.cache import census, entry, keys, store

NOW = 1_900_000_000.0


def fill(match_id: int, key: str, body: bytes) -> None:
    place = store.Place(match_id, key)
    [claim] = store.claim([(place, b"")], now=NOW)
    assert claim.lease is not None
    made = entry.make(generation=claim.lease.generation, stored_at=NOW, fresh_until=NOW + 60, body=body, league="en.1")
    assert store.fill([store.Fill(place, made, claim.lease.token)], now=NOW) == [True]


def take(cache: Any, most: int = 10_000) -> census.Census:
    return census.take(cache.client.get_client(), prefix=cache.make_key(""), most=most)


def test_each_kind_is_told_from_the_others(empty_cache: Any) -> None:
    for match_id in (1, 2, 3):
        fill(match_id, keys.prediction(match_id, "m"), b"{}")
    for match_id in (1, 2):
        fill(match_id, keys.features(match_id, "s"), b"{}")
    fill(4, keys.prediction(4, "m"), entry.ABSENCE)
    redis = empty_cache.client.get_client()
    redis.set("lease:{1}:x", b"t")
    redis.hincrby("counts:{1}", "x", 1)
    redis.set("toll:{key:1}", b"1")
    redis.set("session:abc", b"somebody else's")
    redis.set("predators", b"somebody else's")

    found = take(empty_cache)

    assert found.counts == {
        "prediction": 3,
        "features": 2,
        "absence": 1,
        "generation": 4,
        "lease": 1,
        "counts": 1,
        "toll": 1,
        "other": 2,
    }
    assert found.examined == 15
    assert found.complete
    assert found.absences_known


def test_a_prediction_whose_body_only_mentions_the_word_is_no_absence(empty_cache: Any) -> None:
    fill(1, keys.prediction(1, "m"), b'"__NOT_FOUND__"')

    assert take(empty_cache).counts["absence"] == 0


def test_a_key_of_ours_that_holds_a_list_is_not_ours(empty_cache: Any) -> None:
    empty_cache.client.get_client().rpush(keys.prediction(1, "m"), b"x")

    assert take(empty_cache).counts["prediction"] == 0
    assert take(empty_cache).counts["other"] == 1


def test_names_that_are_no_text_are_others(empty_cache: Any) -> None:
    empty_cache.client.get_client().set(b"\xff:\x00", b"x")

    assert take(empty_cache).counts["other"] == 1


def test_keys_behind_another_prefix_are_others(settings: Settings, empty_cache: Any) -> None:
    empty_cache.client.get_client().mset({keys.generation(1): b"x", f"blog:{keys.generation(1)}": b"x"})
    config = {**settings.CACHES["predictions"], "KEY_PREFIX": "site"}
    settings.CACHES = {**settings.CACHES, "predictions": config}
    store.generation_of("2")

    assert take(caches["predictions"]).counts["generation"] == 1
    assert take(caches["predictions"]).counts["other"] == 2


def test_an_empty_database_has_nothing(empty_cache: Any) -> None:
    found = take(empty_cache)

    assert found.counts == dict.fromkeys(census.KINDS, 0)
    assert found.complete


def test_a_large_one_is_sampled(empty_cache: Any) -> None:
    empty_cache.client.get_client().mset({keys.generation(number): b"x" for number in range(1, 3001)})

    found = take(empty_cache, most=500)

    assert not found.complete
    assert 500 <= found.examined < 1500
    assert found.counts["generation"] == found.examined


@pytest.mark.parametrize("count", [1, 999, 1000, 1001, 2500])
def test_the_whole_of_it_is_counted_exactly(empty_cache: Any, count: int) -> None:
    empty_cache.client.get_client().mset({keys.generation(number): b"x" for number in range(count)})

    found = take(empty_cache)

    assert found.complete
    assert found.counts["generation"] == found.examined == count
