"""The HTTP headers that say how predictions were made and how long they may be kept.

Nobody can purge a client: it keeps an answer for a minute at the most, and serves it a little longer while it asks
again or while there is nobody to ask. All of that ends with the entry's grace, and so by kickoff.
"""

from __future__ import annotations

from collections.abc import Collection
from math import floor
from typing import NamedTuple

from django.conf import settings

from predictions.cache.answers import Answer, Source

_FROM_CACHE = (Source.HIT, Source.STALE)


class Freshness(NamedTuple):
    """For how many seconds a client may do what, see RFC 9111, 5.2 and RFC 5861. The latter two follow the first."""

    max_age: int
    stale_while_revalidate: int
    stale_if_error: int

    def header(self) -> str:
        """The value of Cache-Control. What would be nothing is left out."""
        directives = [f"public, max-age={self.max_age}"]
        if self.stale_while_revalidate:
            directives.append(f"stale-while-revalidate={self.stale_while_revalidate}")
        if self.stale_if_error:
            directives.append(f"stale-if-error={self.stale_if_error}")
        return ", ".join(directives)


def cache_headers(answer: Answer, *, now: float) -> dict[str, str]:
    """Cache-Status (RFC 9211), Age and Cache-Control (RFC 9111) as they are at `now`, in seconds since 1970."""
    headers = {
        "Cache-Status": cache_status(answer, now=now),
        # One whose Age is beyond max-age is asked for again with its ETag, which costs a 304.
        "Cache-Control": _freshness(answer, now, _most()).header(),
    }
    if answer.source in _FROM_CACHE:
        headers["Age"] = str(age(answer, now=now))
    return headers


def list_headers(answers: Collection[Answer], *, now: float) -> dict[str, str]:
    """Cache-Status and Cache-Control of many in one response: it may be kept as long as each of them may.

    It has no Age, since it was put together just now: each item says its own.
    """
    most = _most()
    freshness = [_freshness(answer, now, most) for answer in answers] or [most]
    least = Freshness(*(min(seconds) for seconds in zip(*freshness, strict=True)))
    return {"Cache-Status": _common_status(answers, now), "Cache-Control": least.header()}


def cache_status(answer: Answer, *, now: float) -> str:
    """The value of Cache-Status (RFC 9211): `hit` with the seconds left, or `fwd` with why it was not one."""
    seconds_left = floor(answer.entry.fresh_until - now)
    match answer.source:
        case Source.HIT:
            return f"predictor; hit; ttl={max(0, seconds_left)}"
        case Source.STALE:
            return f"predictor; hit; ttl={min(-1, seconds_left)}"
        case Source.MISS:
            details = ("; stored" if answer.stored else "", "; collapsed" if answer.collapsed else "")
            return f"predictor; fwd=miss{''.join(details)}"
        case Source.BYPASS:
            return "predictor; fwd=bypass"


def age(answer: Answer, *, now: float) -> int:
    """How many seconds ago it was made, as far as it comes from the cache; 0 of what was just computed."""
    return max(0, floor(now - answer.entry.stored_at)) if answer.source in _FROM_CACHE else 0


def _freshness(answer: Answer, now: float, most: Freshness) -> Freshness:
    max_age = max(0, min(most.max_age, floor(answer.entry.fresh_until - now)))
    grace = max(0, floor(answer.entry.stale_until - now) - max_age)
    return Freshness(max_age, min(most.stale_while_revalidate, grace), min(most.stale_if_error, grace))


def _most() -> Freshness:
    return Freshness(settings.HTTP_MAX_AGE, settings.HTTP_STALE_WHILE_REVALIDATE, settings.HTTP_STALE_IF_ERROR)


def _common_status(answers: Collection[Answer], now: float) -> str:
    """What is true of all of them; `fwd=partial` (RFC 9211, 2.2) if some had to be computed and others not."""
    sources = {answer.source for answer in answers}
    if not sources or Source.BYPASS in sources:
        return "predictor; fwd=bypass"
    if sources <= set(_FROM_CACHE):
        return cache_status(min(answers, key=lambda answer: answer.entry.fresh_until), now=now)
    if sources == {Source.MISS}:
        return f"predictor; fwd=miss{'; stored' if all(answer.stored for answer in answers) else ''}"
    return "predictor; fwd=partial"
