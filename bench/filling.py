"""Fills a Redis with predictions and says what it spends on them. Not for people: see `bench.memory`."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import django
from django.utils import timezone
from tqdm import tqdm

BATCH = 500
# Of six digits, as ids are in a service that has been running for a while.
FIRST_ID = 100_000
# How many matches are really predicted. All others get a body like one of theirs.
SAMPLES = 500
# How often the memory used must be the same, and for how long to wait for that at the most.
GLANCES, PATIENCE = 5, 30.0
# Bytes by which it may still change: the server writes down each look itself.
AT_REST = 1000


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("predictions", type=int)
    parser.add_argument("--features", action="store_true")
    options = parser.parse_args()
    django.setup()
    from django.core.cache import caches

    from predictions.cache import keys
    from predictions.cache.server_info import Server

    cache: Any = caches["predictions"]
    client = cache.client.get_client(write=True)
    # The scripts and the connection are there before anything is measured.
    _fill(range(1, 2), features=options.features)
    client.flushdb()
    before = _used_memory(client)
    sizes = _fill(range(FIRST_ID, FIRST_ID + options.predictions), features=options.features)
    used = _used_memory(client) - before
    per_prediction = {name: size / options.predictions for name, size in sizes.items()}
    bodies = per_prediction["body"] + per_prediction["features body"]
    server = Server.of(client.info("all"))
    report = {
        "server": f"{server.name} {server.version}",
        "predictions": options.predictions,
        "features": options.features,
        "used": used / options.predictions,
        **per_prediction,
        "of the server's own": used / options.predictions - sum(per_prediction.values()),
        "beyond": used / options.predictions - bodies,
        "a generation, says the server": client.memory_usage(cache.make_key(keys.generation(FIRST_ID))),
    }
    sys.stdout.write(json.dumps(report))


def _fill(match_ids: range, *, features: bool) -> Mapping[str, int]:
    """Cache a prediction for each, as the service does after it has computed one. Returns the bytes of each part."""
    from predictions.cache import keys, store
    from predictions.cache.answers import Task
    from predictions.cache.entry import GENERATION_SIZE, pack
    from predictions.cache.leading import fill_of
    from predictions.cache.seal import SEAL_SIZE
    from predictions.cache.store import Place
    from predictions.computation import Computation
    from predictions.ml.active import active_model

    model = active_model()
    task = Task(Computation(model), model.version, time.time)
    computed = _computed(features=features)
    sizes = Counter(dict.fromkeys(("body", "features body"), 0))
    with tqdm(total=len(match_ids), desc="Filling", unit="prediction", disable=None, leave=False) as progress:
        for start in range(0, len(match_ids), BATCH):
            some = match_ids[start : start + BATCH]
            places = [Place(match_id, keys.prediction(match_id, model.digest)) for match_id in some]
            claims = store.claim([(place, b"") for place in places], now=time.time())
            fills = []
            for claim in claims:
                assert claim.lease is not None
                match_id = claim.lease.place.match_id
                sizes["generation: key"] += len(keys.generation(match_id))
                sizes["generation: token"] += GENERATION_SIZE
                fill = fill_of(task, claim.lease, _for_match(next(computed), match_id))
                fills.append(fill)
                for kind, key, entry in (
                    ("", fill.place.key, fill.entry),
                    *(("features ", *part) for part in fill.parts),
                ):
                    sizes[f"{kind}body"] += len(entry.body)
                    sizes[f"{kind}key"] += len(key)
                    sizes[f"{kind}seal and header"] += SEAL_SIZE + len(pack(entry)) - len(entry.body)
            assert all(store.fill(fills, now=time.time()))
            progress.update(len(some))
    return sizes


def _computed(*, features: bool) -> Iterator[Any]:
    """What the service computes for real matches, again and again."""
    from matches.models import Match
    from predictions import services

    match_ids = list(Match.objects.scheduled().order_by("kickoff").values_list("pk", flat=True)[:SAMPLES])
    samples = services.compute(match_ids, now=timezone.now()).values()
    while True:
        for sample in samples:
            yield sample if features else replace(sample, parts=())


def _for_match(computed: Any, match_id: int) -> Any:
    """The same as if it had been computed for another match, between the same teams."""
    from predictions.cache import keys
    from predictions.ml.features import FEATURE_SCHEMA

    document = json.loads(computed.body)
    document["match"]["id"] = match_id
    return replace(
        computed,
        body=json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode(),
        parts=[replace(part, key=keys.features(match_id, FEATURE_SCHEMA)) for part in computed.parts],
    )


def _used_memory(client: Any) -> int:
    """Once it hardly changes any more: tables that have grown are moved little by little."""
    used: list[int] = []
    deadline = time.monotonic() + PATIENCE
    while len(used) < GLANCES or max(used[-GLANCES:]) - min(used[-GLANCES:]) > AT_REST:
        assert time.monotonic() < deadline, "the memory used does not come to rest"
        time.sleep(0.2)
        used.append(client.info("memory")["used_memory"])
    return used[-1]


if __name__ == "__main__":
    main()
