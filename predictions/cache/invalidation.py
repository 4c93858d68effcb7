"""Voiding what is cached about matches, after the commit that changed them."""

from __future__ import annotations

import logging
from collections.abc import Collection

from redis.exceptions import RedisError

from predictions.cache import store

logger = logging.getLogger(__name__)


def invalidate(match_ids: Collection[int]) -> None:
    """Void every entry of these matches. An outage is logged, not raised: the change itself has been committed."""
    try:
        store.invalidate(match_ids)
    except RedisError as error:
        logger.error(
            "Redis is away, so what is cached of %d matches stays until its time is up: %s", len(match_ids), error
        )
