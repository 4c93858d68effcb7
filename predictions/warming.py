"""Computes the predictions that will be asked for, before they are."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone
from tqdm import tqdm

from matches.models import Match
from predictions import services
from predictions.cache import counting
from predictions.cache.admission import Overloaded
from predictions.cache.answers import Answer, Source
from predictions.cache.background import background
from predictions.ml.active import ActiveModel
from predictions.models import TrainedModel
from predictions.publishing import publisher

DAYS = 7
# Matches computed at once, which is what is held in memory; and how long their publication may take.
BATCH_SIZE = 200
SECONDS_TO_WRITE = 30.0

REDIS_AWAY = "Redis is away: nothing can be kept. Is REDIS_URL right?"


@dataclass(frozen=True, slots=True)
class Warmed:
    """What came of it."""

    matches: int
    """How many there are to be warmed."""
    computed: int
    """Computed, and kept."""
    already_cached: int
    stopped: str = ""
    """Why it ended early, if it did."""

    @property
    def not_kept(self) -> int:
        return self.matches - self.computed - self.already_cached

    def as_dict(self) -> dict[str, int]:
        """For JSON."""
        return {"matches": self.matches, "computed": self.computed, "already_cached": self.already_cached}

    def __str__(self) -> str:
        return f"{self.computed} computed, {self.already_cached} cached already"


def upcoming(days: int, *, now: datetime) -> list[int]:
    """The ids of the matches that kick off in the next days, the first ones first."""
    ahead = Match.objects.scheduled().kicking_off(after=now, before=now + timedelta(days=days))
    return list(ahead.order_by("kickoff", "pk").values_list("pk", flat=True))


def warm(
    match_ids: Sequence[int], *, model: ActiveModel | None = None, clock: Callable[[], datetime] = timezone.now
) -> Warmed:
    """Have the answers for these matches in the cache: those of the active model, or of a `model` that will be.

    What an active model says is written down as always. Raises predictions.ml.active.NoActiveModel.
    """
    sources: Counter[Source] = Counter()
    stored, stopped = 0, ""
    for batch in _batches(match_ids, "Warming"):
        try:
            answers = _ask(batch, model, clock())
        except Overloaded as error:
            stopped = str(error)
            break
        sources.update(answer.source for answer in answers.values())
        stored += sum(answer.stored for answer in answers.values())
        if sources[Source.BYPASS]:
            stopped = REDIS_AWAY
            break
        # What was said must be written down, and what is stale refreshed, before this process ends.
        background.wait_until_idle(SECONDS_TO_WRITE)
    counting.flush()
    return Warmed(len(match_ids), stored, sources[Source.HIT] + sources[Source.STALE], stopped)


def publish(match_ids: Sequence[int], *, model: ActiveModel, clock: Callable[[], datetime] = timezone.now) -> bool:
    """Write down what the active model says of these matches, as if somebody had asked for each of them now.

    Ends early, and returns False, if another one has become active. What is said last counts, and the time of saying is
    taken before the database is asked which one is active: so one that becomes so between that and the writing, and
    then says something itself, has the last word. All of it goes by the clock. What is left of the race is that of two
    machines whose clocks differ by more than lies between the two, until somebody has the later one compute again.
    Raises django.db.Error.
    """
    active = TrainedModel.objects.filter(version=model.version, status=TrainedModel.Status.ACTIVE)
    for batch in _batches(match_ids, "Publishing"):
        now = clock()
        if not active.exists():
            return False
        services.publish(batch, model=model, now=now)
        publisher.write()
    return True


def _ask(match_ids: Sequence[int], model: ActiveModel | None, now: datetime) -> dict[int, Answer]:
    if model is None:
        return services.predict_many(match_ids, now=now)
    return services.prepare(match_ids, model=model, now=now)


def _batches(match_ids: Sequence[int], label: str) -> Iterator[Sequence[int]]:
    """Some at a time, with progress where a person looks on."""
    with tqdm(total=len(match_ids), desc=label, unit="match", disable=not sys.stderr.isatty()) as progress:
        for start in range(0, len(match_ids), BATCH_SIZE):
            yield (batch := match_ids[start : start + BATCH_SIZE])
            progress.update(len(batch))
