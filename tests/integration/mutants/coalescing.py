"""Leases that are no leases, and answers shared with whom they are too old for."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import partial
from threading import get_ident
from time import sleep
from types import SimpleNamespace

import pytest
from django.core.cache import caches

from predictions import computation, services
from predictions.cache import admission, keys, leading, read_through, refreshing, store
from predictions.cache import invalidation as purging
from predictions.cache.answers import Answer, Computed, Source, Task, entry_of
from predictions.cache.entry import pack, unpack
from predictions.cache.flights import Boarding
from predictions.cache.gate import gate
from predictions.cache.leading import Leader
from predictions.cache.store import Claim, Place
from predictions.cache.throttle import Toll
from predictions.ml.active import active_model, known_model
from tests.integration.mutants.breaking import mutant, rewrite


@mutant
def lease_outlives_its_generation(patch: pytest.MonkeyPatch) -> None:
    """After an invalidation the lease of before it still keeps others waiting."""
    minting = "if not generation or #generation ~= 16 then"
    rewrite(patch, "CLAIM", minting, f"if lease then\n  return {{false, generation, 0}}\nend\n{minting}")


@mutant
def foreign_lease_dropped(patch: pytest.MonkeyPatch) -> None:
    """Who lets go drops whatever lease there is."""
    rewrite(patch, "FILL", "if found[2] == ARGV[1] .. ARGV[2] then", "if found[2] then")
    rewrite(patch, "RELEASE", "if found[1] == ARGV[1] .. ARGV[2] then", "if found[1] then")


@mutant
def claim_without_another_look(patch: pytest.MonkeyPatch) -> None:
    """Whoever claims computes, even if the entry has come since it was looked for."""
    rewrite(patch, "CLAIM", "if entry and string.sub(entry, 1, 16) ~= ARGV[1] then", "if false then")


@mutant
def batch_reads_before_all_leases_are_taken(patch: pytest.MonkeyPatch) -> None:
    """Everything is read once the first lease is taken, and filled under all of them."""
    read: dict[int, Mapping[int, Computed]] = {}

    def claim(self: Leader) -> list[Claim]:
        first, *rest = self._seen.items()
        self._sending(self._seen)
        with gate.passing():
            claims = store.claim([first], now=self._task.clock())
            ids = [place.match_id for place in self._seen]
            read[get_ident()] = self._task.compute(ids, held=None, now=self._task.clock())
            return claims + store.claim(rest, now=self._task.clock())

    patch.setattr(Leader, "_claim", claim)
    patch.setattr(Leader, "_make", lambda self, held: read[get_ident()])


@mutant
def lease_taken_later_without_a_later_read(patch: pytest.MonkeyPatch) -> None:
    """Whoever waits for a lease has read everything before."""

    def make(self: Leader, held: Mapping[int, bytes]) -> Mapping[int, Computed]:
        if "read" not in vars(self):
            ids = [place.match_id for place in self._seen]
            vars(self)["read"] = self._task.compute(ids, held=None, now=self._task.clock())
        read: Mapping[int, Computed] = vars(self)["read"]
        return read

    patch.setattr(Leader, "_make", make)


@mutant
def others_waited_for_before_the_fill(patch: pytest.MonkeyPatch) -> None:
    """Nothing is computed until all leases are taken."""
    real = Leader._claim

    def claim(self: Leader) -> list[Claim]:
        claims = dict(zip(self._seen, real(self), strict=True))
        while missing := [place for place, claim in claims.items() if not (claim.lease or claim.lookup)]:
            with admission.waiting():
                sleep(leading.SHORTEST_PAUSE)
            again = store.claim([(place, self._seen[place]) for place in missing], now=self._task.clock())
            claims.update(zip(missing, again, strict=True))
        return list(claims.values())

    patch.setattr(Leader, "_claim", claim)


@mutant
def refresh_takes_its_lease_when_queued(patch: pytest.MonkeyPatch) -> None:
    """The lease is held while nobody is at work yet."""
    taken: dict[str, Claim] = {}

    def refresh(stale: Mapping[Place, bytes], task: Task) -> None:
        claims = store.claim(list(stale.items()), now=task.clock())
        taken.update({place.key: claim for place, claim in zip(stale, claims, strict=True)})
        real(stale, task)

    def claim(wanted: Sequence[tuple[Place, bytes]], *, now: float) -> list[Claim]:
        return [taken.pop(place.key) for place, _ in wanted]

    real = refreshing.refresh
    patch.setattr(read_through, "refresh", refresh)
    patch.setattr(refreshing, "store", SimpleNamespace(claim=claim))


@mutant
def shared_answer_whose_fill_was_refused(patch: pytest.MonkeyPatch) -> None:
    """Those who came before the fill was sent get its answer, accepted or not."""
    land = Leader._land
    patch.setattr(Leader, "_land", lambda self, place, answer, *, vouched: land(self, place, answer, vouched=True))


@mutant
def caller_that_joined_after_the_fill_was_sent(patch: pytest.MonkeyPatch) -> None:
    """Those who came after what vouches for the answer was sent get it too."""
    answer = Boarding.answer

    def lenient(self: Boarding[Answer]) -> Answer | None:
        flight = self.flight
        last = flight.error is None and flight.vouched == flight.sent == self.sent
        return flight.answer if last else answer(self)

    patch.setattr(Boarding, "answer", lenient)


@mutant
def plain_get_or_set(patch: pytest.MonkeyPatch) -> None:
    """Django's `get_or_set`, and a purge that deletes what it has set."""

    def cached(match_ids: Collection[int], clock: Callable[[], float], toll: Toll | None) -> dict[int, Answer]:
        model = active_model()

        def made(match_id: int) -> bytes:
            computed = computation.Computation(model)([match_id], held=None, now=clock())[match_id]
            return pack(entry_of(computed, model=model.version, stored_at=clock()))

        cache = caches["predictions"]
        packed = {
            pk: cache.get_or_set(keys.prediction(pk, model.digest), partial(made, pk), timeout=3600) for pk in match_ids
        }
        return {pk: Answer(unpack(value or b""), Source.MISS) for pk, value in packed.items()}

    def deletions(of: Iterable[int | str]) -> Iterator[list[str]]:
        model, make_key = known_model(), caches["predictions"].make_key
        some = list(of)
        yield [make_key(keys.generation(one)) for one in some]
        if model is not None:
            yield [make_key(keys.prediction(int(one), model.digest)) for one in some if one != keys.ACTIVE_MODEL]

    patch.setattr(services, "_cached", cached)
    patch.setattr(purging, "_deletions", deletions)


@mutant
def caching_inside_a_transaction(patch: pytest.MonkeyPatch) -> None:
    """What only a transaction sees is filled for everybody."""
    patch.setattr(services, "_inside_a_transaction", lambda: False)
