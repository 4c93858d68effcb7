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


def prediction(match_id: int, model: str) -> str:
    """The entry with a match's answer by one model, or the fact that there is no such match."""
    return f"{PREDICTION}:{LAYOUT}:{{{match_id}}}:{model}"


def features(match_id: int, schema: str) -> str:
    """The entry with a match's features, shared by all models that know the same schema."""
    return f"{FEATURES}:{LAYOUT}:{{{match_id}}}:{schema}"


def generation(match_id: int) -> str:
    """The token under which all entries of a match are valid."""
    return f"{GENERATION}:{{{match_id}}}"


def raw_key(key: str, prefix: str, version: int) -> str:
    """Django's KEY_FUNCTION: the key behind the prefix, if there is one. Versions are in the key already."""
    return f"{prefix}:{key}" if prefix else key


def plain_key(key: str) -> str:
    """django-redis' REVERSE_KEY_FUNCTION: what `raw_key` was given, where there is no prefix."""
    return key
