"""How every Redis key is built: what it holds first, then the match as a {hash tag}, then what else tells it apart.

The tag keeps all keys of one match in one slot of a Redis Cluster.
"""

from __future__ import annotations

# Changes with the layout of an entry or of a body, so that no version of the code reads what another one meant.
LAYOUT = "v1"

PREDICTION = "pred"
FEATURES = "features"
GENERATION = "gen"
LEASE = "lease"
COUNTS = "counts"
TOLL = "toll"

# A fact of the whole service that has a generation as a match has: which model is active.
ACTIVE_MODEL = "model"


def prediction(match_id: int, model: str) -> str:
    """The entry with a match's answer by one model, or the fact that there is no such match."""
    return f"{PREDICTION}:{LAYOUT}:{{{match_id}}}:{model}"


def features(match_id: int, schema: str) -> str:
    """The entry with a match's features, shared by all models that know the same schema."""
    return f"{FEATURES}:{LAYOUT}:{{{match_id}}}:{schema}"


def generation(of: int | str) -> str:
    """The token under which all entries of a match are valid, or what is known of a fact of the whole service."""
    return f"{GENERATION}:{{{of}}}"


def lease(key: str) -> str:
    """Who computes what belongs at `key`. The match's hash tag is in it already."""
    return f"{LEASE}:{key}"


def counts(minute: int) -> str:
    """What was counted in one minute, numbered from 1970 on."""
    return f"{COUNTS}:{{{minute}}}"


def counts_ever() -> str:
    """What was counted in all minutes together."""
    return f"{COUNTS}:{{ever}}"


def toll(name: str) -> str:
    """Until when a consumer has paid off what it was charged."""
    return f"{TOLL}:{{{name}}}"


def raw_key(key: str, prefix: str, version: int) -> str:
    """Django's KEY_FUNCTION: the key behind the prefix, if there is one. Versions are in the key already."""
    return f"{prefix}:{key}" if prefix else key


def plain_key(key: str) -> str:
    """django-redis' REVERSE_KEY_FUNCTION: what `raw_key` was given, where there is no prefix."""
    return key
