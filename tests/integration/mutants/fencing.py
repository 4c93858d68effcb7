"""Generations that are no fence, and lifetimes that end too late."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from threading import get_ident
from typing import Any

import pytest
from django.core.cache import caches

from predictions import computation
from predictions.cache import keys, leading, refreshing, store
from predictions.cache import lifetime as lifetimes
from predictions.cache.answers import Computed, Task
from predictions.cache.entry import GENERATION_SIZE
from predictions.cache.lifetime import Lifetime
from predictions.cache.store import Claim, Fill, Lease, Lookup, Place
from predictions.cache.throttle import Fare
from predictions.ml.active import ActiveModel, ActiveModelWatch, NoActiveModel
from predictions.ml.features import Features
from tests.integration.mutants.breaking import ANY, mutant, rewrite


@mutant
def no_generation_compare(patch: pytest.MonkeyPatch) -> None:
    """An entry is served whatever the generation it was made under."""
    judge = store._judge
    patch.setattr(store, "_judge", lambda key, value, generation, now: judge(key, value, ANY, now))


@mutant
def absence_outlives_the_create(patch: pytest.MonkeyPatch) -> None:
    """No generation compare of absences."""
    judge = store._judge

    def lenient(key: str, value: Any, generation: Any, now: float) -> Lookup:
        entry = judge(key, value, ANY, now).entry
        return judge(key, value, ANY if entry and entry.is_absence else generation, now)

    patch.setattr(store, "_judge", lenient)


@mutant
def no_generation_compare_of_features(patch: pytest.MonkeyPatch) -> None:
    """Features are believed whatever the generation they were read under."""
    look_up_under = store.look_up_under

    def lenient(held: Sequence[tuple[Place, bytes]], *, now: float) -> list[Lookup]:
        return look_up_under([(place, ANY) for place, _ in held], now=now)

    patch.setattr(store, "look_up_under", lenient)


@mutant
def late_fill_accepted(patch: pytest.MonkeyPatch) -> None:
    """A fill is stored, and its answer shared, even if the generation is no longer the current one."""
    rewrite(patch, "FILL", "if found[1] ~= ARGV[1] then", "if false then")


@mutant
def generation_read_after_the_database(patch: pytest.MonkeyPatch) -> None:
    """What is filled carries the generation of when everything had been read."""

    def fill_of(task: Task, lease: Lease, computed: Computed) -> Fill:
        generation = store.generation_of(str(lease.place.match_id))
        return real(task, replace(lease, generation=generation), computed)

    real = leading.fill_of
    patch.setattr(leading, "fill_of", fill_of)
    patch.setattr(refreshing, "fill_of", fill_of)


@mutant
def generation_read_after_the_features(patch: pytest.MonkeyPatch) -> None:
    """The entry of the features is looked up before lease and generation are taken; the database is read after."""
    found: dict[int, dict[int, Features]] = {}

    def claim(wanted: Sequence[tuple[Place, bytes]], *, now: float, fare: Fare | None = None) -> list[Claim]:
        ids = [place.match_id for place, _ in wanted]
        generations = caches["predictions"].get_many([keys.generation(pk) for pk in ids])
        held = {pk: generations.get(keys.generation(pk), b"") for pk in ids}
        found[get_ident()] = look_up(ids, held, now) or {}
        return real(wanted, now=now, fare=fare)

    def cached(match_ids: Sequence[int], held: Mapping[int, bytes] | None, now: float) -> dict[int, Features]:
        known = found.get(get_ident(), {})
        return {pk: known[pk] for pk in match_ids if pk in known}

    real, look_up = store.claim, computation._cached_features
    patch.setattr(store, "claim", claim)
    patch.setattr(computation, "_cached_features", cached)


@mutant
def counter_instead_of_a_random_generation(patch: pytest.MonkeyPatch) -> None:
    """Generations are numbered, by a counter in Redis that begins at 1 again when it is lost."""
    counted = "string.format('%%0%dd', redis.call('INCR', KEYS[%d] .. ':counter'))"
    rewrite(patch, "CLAIM", "generation = ARGV[2]", "generation = " + counted % (GENERATION_SIZE, 2))
    rewrite(patch, "MINT", "generation = ARGV[1]", "generation = " + counted % (GENERATION_SIZE, 1))


@mutant
def model_token_read_after_the_database(patch: pytest.MonkeyPatch) -> None:
    """What is known of the active model stands under the token of after the database was asked."""
    look = ActiveModelWatch._look

    def late(self: ActiveModelWatch, token: bytes | None) -> ActiveModel | NoActiveModel:
        found = look(self, token)
        self._state = found, token and store.generation_of(keys.ACTIVE_MODEL)
        return found

    patch.setattr(ActiveModelWatch, "_look", late)


@mutant
def jitter_upwards(patch: pytest.MonkeyPatch) -> None:
    """Lifetimes are made longer by as much as they should be made shorter."""

    def longer(*, now: float, ttl: float, grace: float, ends_at: float | None, spread: float) -> Lifetime:
        shorter = real(now=now, ttl=ttl, grace=grace, ends_at=ends_at, spread=spread)
        end = now + ttl if ends_at is None else min(now + ttl, ends_at)
        return Lifetime(2 * end - shorter.fresh_until, max(shorter.stale_until, 2 * end - shorter.fresh_until))

    real = lifetimes.lifetime
    patch.setattr(computation, "lifetime", longer)


@mutant
def ttl_past_kickoff(patch: pytest.MonkeyPatch) -> None:
    """The kickoff ends nothing."""
    real = lifetimes.lifetime

    def blind(**arguments: Any) -> Lifetime:
        return real(**arguments | {"ends_at": None})

    patch.setattr(computation, "lifetime", blind)
