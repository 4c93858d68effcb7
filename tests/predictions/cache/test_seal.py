"""The seal: made with the secret, for one key and one content."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from predictions.cache.seal import SEAL_SIZE, seal, unseal


@given(st.text(max_size=50), st.binary(max_size=500))
def test_what_is_sealed_opens_under_its_key(key: str, content: bytes) -> None:
    assert unseal(key, seal(key, content)) == content


def test_a_value_copied_to_another_key_does_not_open() -> None:
    assert unseal("pred:{2}", seal("pred:{1}", b"body")) is None


def test_bytes_moved_between_key_and_content_do_not_open() -> None:
    assert unseal("pred:{1}b", seal("pred:{1}", b"body")[:SEAL_SIZE] + b"ody") is None


@pytest.mark.parametrize("position", [0, SEAL_SIZE - 1, SEAL_SIZE, -1])
def test_one_changed_bit_anywhere_does_not_open(position: int) -> None:
    sealed = bytearray(seal("key", b"the body"))
    sealed[position] ^= 1
    assert unseal("key", bytes(sealed)) is None


@pytest.mark.parametrize("value", [b"", b"short", b"x" * SEAL_SIZE])
def test_what_is_too_short_to_be_sealed_does_not_open(value: bytes) -> None:
    assert unseal("key", value) is None


def test_a_rotated_secret_still_opens_what_its_predecessor_sealed(settings: Settings) -> None:
    settings.SECRET_KEY = "the-old-one"
    sealed = seal("key", b"body")
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "the-new-one", ["the-old-one"]
    assert unseal("key", sealed) == b"body"


def test_a_secret_that_was_dropped_opens_nothing(settings: Settings) -> None:
    settings.SECRET_KEY = "the-old-one"
    sealed = seal("key", b"body")
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "the-new-one", []
    assert unseal("key", sealed) is None
