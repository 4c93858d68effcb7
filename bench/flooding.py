"""One flood of unknown ids against one Redis. Not for people: see `bench.flood`."""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from hashlib import blake2b
from typing import Any

import django
from django.utils import timezone
from tqdm import tqdm

# Unknown ids, and known ones among them, that one call of the service is given.
UNKNOWN_BATCH, KNOWN_BATCH = 300, 20
FIRST_UNKNOWN = 10**9
NO_CAP = 10**9


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("predictions", type=int)
    parser.add_argument("flood", type=int)
    parser.add_argument("--maxmemory", type=float, required=True, metavar="TIMES")
    parser.add_argument("--no-cap", action="store_true")
    options = parser.parse_args()
    django.setup()
    from django.conf import settings
    from django.core.cache import caches

    from matches.models import Match
    from predictions.cache.background import background
    from predictions.cache.server_info import Server

    if options.no_cap:
        settings.ABSENCES_PER_MINUTE = NO_CAP
    cache: Any = caches["predictions"]
    client = cache.client.get_client(write=True)
    match_ids = list(Match.objects.scheduled().order_by("kickoff").values_list("pk", flat=True)[: options.predictions])
    empty = client.info("memory")["used_memory"]
    for some in _batches(match_ids, KNOWN_BATCH * 25):
        _ask(some)
    background.wait_until_idle(600)
    filled = _entries(match_ids)
    used = client.info("memory")["used_memory"]
    limit = int(empty + options.maxmemory * (used - empty))
    client.config_set("maxmemory", limit)
    begun = time.monotonic()
    outcomes = _flood(match_ids, options.flood)
    seconds = time.monotonic() - begun
    # Read at once, before anybody asks for them again.
    left = _entries(match_ids)
    info = client.info("all")
    server = Server.of(info)
    report = {
        "server": f"{server.name} {server.version}",
        "maxmemory": limit,
        "predictions": len(filled),
        # One that was lost and computed again is another entry.
        "kept": sum(left.get(match_id) == entry for match_id, entry in filled.items()),
        "flood": options.flood,
        "seconds": seconds,
        "reads": outcomes.total(),
        "hits": outcomes["hit"],
        "evicted": info["evicted_keys"],
        "expired": info["expired_keys"],
    }
    sys.stdout.write(json.dumps(report))


def _flood(match_ids: Sequence[int], flood: int) -> Counter[str]:
    """Ask for ids that nobody knows, and now and then for some that are known. What came of the latter."""
    chance = random.Random(1)
    outcomes: Counter[str] = Counter()
    with tqdm(total=flood, desc="Flooding", unit="id", disable=None, leave=False) as progress:
        for unknown in _batches(range(FIRST_UNKNOWN, FIRST_UNKNOWN + flood), UNKNOWN_BATCH):
            _ask(unknown)
            known = chance.sample(match_ids, min(KNOWN_BATCH, len(match_ids)))
            outcomes.update(answer.source for answer in _ask(known))
            progress.update(len(unknown))
    return outcomes


def _ask(match_ids: Sequence[int]) -> list[Any]:
    from predictions import services

    return list(services.predict_many(match_ids, now=timezone.now()).values())


def _entries(match_ids: Sequence[int]) -> dict[int, bytes]:
    """What is stored of each prediction that may be served, as a hash: the entry, and the generation it needs."""
    from predictions.cache import keys, store
    from predictions.cache.store import Place
    from predictions.ml.active import active_model

    digest = active_model().digest
    found = {}
    for some in _batches(match_ids, 1000):
        places = [Place(match_id, keys.prediction(match_id, digest)) for match_id in some]
        lookups, _ = store.look_up(places, now=time.time())
        for place, lookup in zip(places, lookups, strict=True):
            if lookup.entry is not None:
                found[place.match_id] = blake2b(lookup.seen + lookup.entry.body, digest_size=16).digest()
    return found


def _batches(match_ids: Sequence[int], size: int) -> Iterator[Sequence[int]]:
    for start in range(0, len(match_ids), size):
        yield match_ids[start : start + size]


if __name__ == "__main__":
    main()
