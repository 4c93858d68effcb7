"""The serializer lets sealed bytes through, and nothing else in."""

from __future__ import annotations

import pytest
from django.core.cache import caches

from predictions.cache.serializer import SealedBytesSerializer


def test_bytes_pass_unchanged_both_ways() -> None:
    serializer = SealedBytesSerializer({})
    assert serializer.dumps(b"\x00\xff") == b"\x00\xff"
    assert serializer.loads(b"\x00\xff") == b"\x00\xff"


@pytest.mark.parametrize("value", ["text", {"a": 1}, None, 1.5])
def test_anything_but_bytes_is_refused_by_the_cache(value: object) -> None:
    with pytest.raises(TypeError, match="sealed bytes"):
        caches["predictions"].set("key", value)
