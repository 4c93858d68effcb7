"""The HTTP headers that say how a prediction was made and how long it may be kept."""

from __future__ import annotations

from math import floor

from django.conf import settings

from predictions.cache.answers import Answer, Source


def cache_headers(answer: Answer, *, now: float) -> dict[str, str]:
    """Cache-Status (RFC 9211), Age and Cache-Control (RFC 9111) as they are at `now`, in seconds since 1970."""
    seconds_left = floor(answer.entry.fresh_until - now)
    headers = {
        "Cache-Status": _cache_status(answer, seconds_left),
        # Nobody can purge a client: it keeps an answer for a minute at the most, and never past kickoff. One whose
        # Age is beyond that is asked for again with its ETag, which costs a 304.
        "Cache-Control": f"public, max-age={max(0, min(settings.HTTP_MAX_AGE, seconds_left))}",
    }
    if answer.source in (Source.HIT, Source.STALE):
        headers["Age"] = str(max(0, floor(now - answer.entry.stored_at)))
    return headers


def _cache_status(answer: Answer, seconds_left: int) -> str:
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
