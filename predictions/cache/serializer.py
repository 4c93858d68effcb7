"""django-redis' serializer for sealed bytes: lets them through unchanged and refuses everything else."""

from __future__ import annotations

from typing import Any


class SealedBytesSerializer:
    """Bytes in, the same bytes out. Whoever caches an object here by mistake hears of it at once."""

    def __init__(self, options: dict[str, Any]) -> None:
        pass

    def dumps(self, value: Any) -> bytes:
        """Raise TypeError for anything but bytes."""
        if not isinstance(value, bytes):
            raise TypeError(f"This cache holds sealed bytes, not {type(value).__name__}: see predictions.cache.entry.")
        return value

    def loads(self, value: bytes) -> bytes:
        return value
