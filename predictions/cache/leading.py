"""The leader of a flight: claims the lease, computes, fills; or waits for the process that holds the lease.

Everything is done for many places at once: one round of claims, one computation, one round of fills. What could be
claimed is filled before anybody is waited for, so that two leaders can't wait for each other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from time import sleep

from redis.exceptions import RedisError, ResponseError

from predictions.cache import absences, admission, store
from predictions.cache.admission import Overloaded
from predictions.cache.answers import Answer, Computed, Source, Task, entry_of
from predictions.cache.counting import Layer, Outcome, count
from predictions.cache.flights import Flight, Flights
from predictions.cache.gate import gate
from predictions.cache.store import Claim, Fill, Found, Lease, Place
from predictions.cache.throttle import Fare, Throttled

# Seconds between two looks at another process's lease: first, and at the most.
SHORTEST_PAUSE, LONGEST_PAUSE = 0.005, 0.05


class Leader:
    """At work on some places, whose flights it lands one by one."""

    def __init__(
        self,
        task: Task,
        flights: Flights[Answer],
        leads: Mapping[Place, tuple[Flight[Answer], bytes]],
        *,
        deadline: float,
    ) -> None:
        """`leads`: the flight to each place, and which value was seen there. `deadline`: by the task's clock."""
        self._task = task
        self._flights = flights
        self._flight = {place: flight for place, (flight, _) in leads.items()}
        self._seen = {place: seen for place, (_, seen) in leads.items()}
        self._deadline = deadline
        self._fare = Fare(task.toll, len(leads))
        self._waited = False
        self.answers: dict[Place, Answer] = {}

    def lead(self, *, away: bool) -> None:
        """Land every flight. Raises Overloaded, of which Throttled, and what the computation raises; nothing that
        Redis does.

        `away`: Redis has just been found to be.
        """
        try:
            if away:
                self._compute_without_redis(Source.BYPASS)
            else:
                self._claim_all()
        except BaseException as error:
            # Having no place, time or money left is this caller's own lot: those who wait for it go on without it.
            shared = None if isinstance(error, Overloaded) else error
            for place in self._seen:
                self._flights.land(self._flight[place], error=shared)
            raise

    def _claim_all(self) -> None:
        while self._seen:
            try:
                leases = self._claim_or_wait()
            except RedisError as error:
                self._fare.check()
                # A refusal to write, as of a full Redis, is not an outage: what is cached is served all the same.
                self._compute_without_redis(Source.MISS if isinstance(error, ResponseError) else Source.BYPASS)
                break
            if leases:
                self._compute(leases)

    def _claim_or_wait(self) -> list[Lease]:
        """Claim until there is something to compute, or nothing left to claim. Who waits keeps its place meanwhile."""
        pause = 0.0
        with ExitStack() as place:
            while self._seen:
                if self._left() <= 0:
                    raise Overloaded("The prediction is being computed, but takes too long.")
                seen = dict(self._seen)
                claims = self._claim()
                self._take_what_came(claims)
                leases = [claim.lease for claim in claims if claim.lease]
                self._pay_for(leases)
                if leases:
                    return leases
                if self._seen == seen:
                    if not pause:
                        place.enter_context(admission.waiting())
                    pause = min(max(SHORTEST_PAUSE, 2 * pause), LONGEST_PAUSE)
                    sleep(min(pause, max(0.0, self._left())))
                    self._waited = True
        return []

    def _claim(self) -> list[Claim]:
        self._sending(self._seen)
        with gate.passing():
            return store.claim(list(self._seen.items()), now=self._task.clock(), fare=self._fare)

    def _pay_for(self, leases: Sequence[Lease]) -> None:
        try:
            self._fare.settle(len(leases), now=self._task.clock())
        except Throttled:
            # Nothing may be left of them, or a flood of unknown ids would fill Redis all the same.
            let_go(leases, forget=True)
            raise

    def _take_what_came(self, claims: Sequence[Claim]) -> None:
        for place, claim in zip(list(self._seen), claims, strict=True):
            if (lookup := claim.lookup) is None:
                continue
            if lookup.entry is None:
                self._seen[place] = lookup.seen
            elif self._waited:
                self._land(place, Answer(lookup.entry, Source.MISS, stored=True, collapsed=True), vouched=True)
            else:
                source = Source.HIT if lookup.found is Found.FRESH else Source.STALE
                self._land(place, Answer(lookup.entry, source), vouched=True)

    def _compute(self, leases: Sequence[Lease]) -> None:
        try:
            computed = self._make({lease.place.match_id: lease.generation for lease in leases})
        except BaseException:
            let_go(leases)
            raise
        fills = [fill_of(self._task, lease, computed[lease.place.match_id]) for lease in leases]
        self._sending([lease.place for lease in leases])
        for fill, stored in zip(fills, keep(fills, now=self._task.clock()), strict=True):
            self._land(fill.place, Answer(fill.entry, Source.MISS, stored=stored), vouched=stored)

    def _compute_without_redis(self, source: Source) -> None:
        with admission.computing(patience=self._left()):
            # Nothing has been read yet, so the answer is as good for whoever comes until now.
            self._sending(self._seen)
            now = self._task.clock()
            computed = self._task.compute([place.match_id for place in self._seen], held=None, now=now)
        for place in list(self._seen):
            entry = entry_of(computed[place.match_id], model=self._task.model, stored_at=now)
            self._land(place, Answer(entry, source), vouched=True)

    def _make(self, held: Mapping[int, bytes]) -> Mapping[int, Computed]:
        with admission.computing(patience=self._left()):
            return self._task.compute(list(held), held=held, now=self._task.clock())

    def _left(self) -> float:
        return self._deadline - self._task.clock()

    def _sending(self, places: Sequence[Place] | Mapping[Place, bytes]) -> None:
        self._flights.sending([self._flight[place] for place in places])

    def _land(self, place: Place, answer: Answer, *, vouched: bool) -> None:
        """`vouched`: by the step sent last; else by the one before, the claim, after which everything was read."""
        flight = self._flight[place]
        self._flights.land(flight, answer=answer, vouched=flight.sent if vouched else flight.sent - 1)
        self.answers[place] = answer
        del self._seen[place]


def fill_of(task: Task, lease: Lease, computed: Computed) -> Fill:
    """The entry to be stored for what was computed under a lease, and its parts.

    An absence beyond the cap is not kept, but its lease is dropped all the same.
    """
    stored_at = task.clock()
    entry, *parts = (
        entry_of(computed, part, generation=lease.generation, model=task.model, stored_at=stored_at)
        for part in (None, *computed.parts)
    )
    kept = not entry.is_absence or absences.admit()
    if not kept:
        count(Layer.PREDICTION, Outcome.ABSENCE_NOT_KEPT)
    keys = (part.key for part in computed.parts)
    return Fill(lease.place, entry, lease.token, kept=kept, parts=list(zip(keys, parts, strict=True)))


def keep(fills: Sequence[Fill], *, now: float) -> list[bool]:
    """Fill, and say of each whether it was stored; an answer that could not be kept is an answer all the same."""
    try:
        with gate.passing():
            stored = store.fill(fills, now=now)
    except RedisError:
        return [False] * len(fills)
    for fill, done in zip(fills, stored, strict=True):
        if fill.kept and fill.entry.stale_until > now and not done:
            count(Layer.PREDICTION, Outcome.REFUSED_FILL, fill.entry.league)
            for _ in fill.parts:
                count(Layer.FEATURES, Outcome.REFUSED_FILL, fill.entry.league)
    return stored


def let_go(leases: Sequence[Lease], *, forget: bool = False) -> None:
    """Release leases (see `store.release`), or leave them to their time if Redis is away."""
    try:
        with gate.passing():
            store.release(leases, forget=forget)
    except RedisError:
        return
