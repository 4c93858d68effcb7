from __future__ import annotations

import hashlib

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from access import keys
from access.keys import NewKey
from access.models import ApiKey

pytestmark = [pytest.mark.sqlite, pytest.mark.django_db]


def test_a_key_holds_256_random_bits() -> None:
    secrets = {keys.create(name="x").secret for _ in range(20)}

    assert len(secrets) == 20
    assert all(secret.startswith("pk_") and len(secret) == 3 + 43 for secret in secrets)


def test_only_a_digest_is_kept(made: NewKey) -> None:
    row = ApiKey.objects.filter(pk=made.key.pk).values().get()

    assert row["digest"] == hashlib.sha256(made.secret.encode()).hexdigest()
    assert made.secret.startswith(row["prefix"])
    assert not any(made.secret[9:] in str(value) for value in row.values())


@pytest.mark.parametrize("wrong", [{"name": ""}, {"name": "x" * 101}, {"name": "x", "per_minute": 0}])
def test_values_that_make_no_sense_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        keys.create(**wrong)  # type: ignore[arg-type]


def test_the_database_refuses_a_rate_of_nothing(made: NewKey) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        ApiKey.objects.update(per_minute=0)


def test_a_key_is_revoked_once(made: NewKey) -> None:
    assert keys.revoke(made.key) is True
    revoked_at = made.key.revoked_at
    assert revoked_at is not None
    assert keys.revoke(ApiKey.objects.get()) is False
    assert ApiKey.objects.get().revoked_at == revoked_at
