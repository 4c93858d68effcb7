"""How an answer reached the reader, in words that a fan can read and an engineer can check."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime
from typing import NamedTuple

from pages.times import duration, moment_in_words
from predictions.cache.answers import Answer, Source


class Cached(NamedTuple):
    state: str
    """"hit", "stale", "miss" or "bypass", see predictions.cache.answers.Source."""
    brief: str
    """A few words for a list."""
    full: str
    """A sentence or two, with the moments to the second."""


def cached(answer: Answer, *, now: datetime) -> Cached:
    """How this answer was had, as of `now`."""
    entry, seconds = answer.entry, now.timestamp()
    age, left = seconds - entry.stored_at, entry.fresh_until - seconds
    made, until = _moment(entry.stored_at), _moment(entry.fresh_until)
    match answer.source:
        case Source.HIT:
            brief = f"cached {_age(age)} ago"
            full = f"From the cache, where it has been since {made}. It counts as fresh until {until}."
        case Source.STALE:
            brief = f"cached {_age(age)} ago, being renewed"
            full = (
                f"From the cache, where it has been since {made}. It was fresh until {until}, {_age(-left)} ago, and "
                "is being computed anew in the background."
            )
        case Source.MISS if answer.collapsed:
            brief = "just computed, shared"
            full = f"Computed at {made} for somebody who asked at the same moment. The two shared the work."
        case Source.MISS if answer.stored:
            brief = "just computed"
            full = f"Not in the cache, so computed at {made}, and kept for the next reader until {until}."
        case Source.MISS:
            brief = "just computed, not kept"
            full = f"Computed at {made}, and not kept: it changed meanwhile, its time was up, or the cache is full."
        case Source.BYPASS:
            brief = "just computed, cache away"
            full = f"Computed at {made}, past the cache, which is away or must not be believed at the moment."
    return Cached(str(answer.source), brief, full)


def in_all(answers: Collection[Answer]) -> str:
    """Of how many answers of a page what became."""
    from_cache = sum(answer.source in (Source.HIT, Source.STALE) for answer in answers)
    stale = sum(answer.source is Source.STALE for answer in answers)
    bypassed = any(answer.source is Source.BYPASS for answer in answers)
    parts = [
        f"{from_cache} from the cache" + (f" ({stale} of them being renewed)" if stale else ""),
        f"{len(answers) - from_cache} computed for this page" + (", since the cache is away" if bypassed else ""),
    ]
    number = f"{len(answers)} prediction{'' if len(answers) == 1 else 's'}"
    return f"{number}: {', '.join(part for part in parts if not part.startswith('0 '))}."


def _age(seconds: float) -> str:
    return duration(max(seconds, 0.0))


def _moment(seconds: float) -> str:
    return moment_in_words(datetime.fromtimestamp(seconds, UTC))
