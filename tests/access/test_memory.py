from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from access import keys, memory
from access.keys import NewKey
from access.models import ApiKey
from tests.access.conftest import NOW

pytestmark = [pytest.mark.sqlite, pytest.mark.django_db]


def seconds(number: float) -> timedelta:
    return timedelta(seconds=number)


def queries(secret: str, *, after: float, fresh: bool = False) -> int:
    """How many it takes to know the key so many seconds after NOW."""
    with CaptureQueriesContext(connection) as captured:
        memory.key_of(secret, now=NOW + seconds(after), fresh=fresh)
    return len(captured)


def last_used(made: NewKey) -> float:
    """Seconds after NOW."""
    used = ApiKey.objects.get(pk=made.key.pk).last_used_at
    assert used is not None
    return (used - NOW).total_seconds()


def test_a_key_is_found_by_its_secret(made: NewKey) -> None:
    assert memory.key_of(made.secret, now=NOW) == made.key


def test_what_is_no_key_is_refused(made: NewKey) -> None:
    with pytest.raises(memory.Refused, match="no such key"):
        memory.key_of(made.secret + "x", now=NOW)


def test_a_known_key_costs_nothing_for_ten_seconds(made: NewKey) -> None:
    assert queries(made.secret, after=0) == 2
    assert queries(made.secret, after=0) == 0
    assert queries(made.secret, after=9.9) == 0
    assert queries(made.secret, after=10) == 1


def test_what_writes_asks_each_time(made: NewKey) -> None:
    queries(made.secret, after=0)

    assert queries(made.secret, after=1, fresh=True) == 1


def test_a_key_revoked_elsewhere_writes_no_more_and_reads_ten_seconds_more(made: NewKey) -> None:
    queries(made.secret, after=0)
    ApiKey.objects.update(revoked_at=NOW)

    assert queries(made.secret, after=9.9) == 0
    with pytest.raises(memory.Refused, match="was revoked on 2026-08-01"):
        queries(made.secret, after=10)
    # And once it is known to be, it does not read either, whoever asked.
    with pytest.raises(memory.Refused):
        queries(made.secret, after=5)


def test_a_key_revoked_here_is_refused_at_once(made: NewKey) -> None:
    queries(made.secret, after=0)
    keys.revoke(made.key)

    with pytest.raises(memory.Refused):
        queries(made.secret, after=0.1)


def test_a_refused_write_ends_reading_too(made: NewKey) -> None:
    queries(made.secret, after=0)
    ApiKey.objects.update(revoked_at=NOW)

    for fresh in (True, False):
        with pytest.raises(memory.Refused):
            queries(made.secret, after=1, fresh=fresh)


def test_a_key_of_somebody_who_may_not_log_in_is_refused(db: None) -> None:
    user = User.objects.create_user("editor", is_active=False)

    with pytest.raises(memory.Refused, match="not active"):
        memory.key_of(keys.create(name="x", user=user).secret, now=NOW)


def test_its_user_comes_with_it(db: None) -> None:
    user = User.objects.create_user("editor")
    key = memory.key_of(keys.create(name="x", user=user).secret, now=NOW)
    with CaptureQueriesContext(connection) as captured:
        assert key.user == user
    assert not captured


def test_use_is_written_down_at_once_and_then_once_a_minute(made: NewKey) -> None:
    written = []
    for after in range(0, 185, 7):
        with CaptureQueriesContext(connection) as captured:
            memory.key_of(made.secret, now=NOW + seconds(after))
        assert after - last_used(made) < 60
        if any(query["sql"].startswith("UPDATE") for query in captured):
            written.append(after)

    assert written == [0, 63, 126]


def test_processes_write_the_use_of_a_key_down_once_between_them(made: NewKey) -> None:
    queries(made.secret, after=0)
    stale = ApiKey.objects.get()
    ApiKey.objects.update(last_used_at=NOW + seconds(59))

    memory._write_down_use(stale, NOW + seconds(61))

    assert last_used(made) == 59
    assert stale.last_used_at == NOW + seconds(59)


@pytest.fixture
def away(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The database does not answer; the list has an element for each attempt."""
    attempts: list[int] = []

    def fail(digest: str) -> Any:
        attempts.append(1)
        raise OperationalError("away")

    monkeypatch.setattr(memory, "_read", fail)
    return attempts


def test_a_known_key_goes_on_reading_while_the_database_is_away(made: NewKey, request: pytest.FixtureRequest) -> None:
    queries(made.secret, after=0)
    attempts: list[int] = request.getfixturevalue("away")

    for after in (11, 12, 20, 22, 500):
        assert memory.key_of(made.secret, now=NOW + seconds(after)) == made.key
    assert len(attempts) == 3
    with pytest.raises(OperationalError):
        memory.key_of(made.secret, now=NOW + seconds(700))


def test_nothing_is_written_with_a_key_that_cannot_be_asked_for(made: NewKey, request: pytest.FixtureRequest) -> None:
    queries(made.secret, after=0)
    request.getfixturevalue("away")

    with pytest.raises(OperationalError):
        memory.key_of(made.secret, now=NOW + seconds(1), fresh=True)


def test_only_so_many_are_remembered(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "MOST", 2)
    monkeypatch.setattr(memory, "_known", type(memory._known)())
    first, second, third = (keys.create(name=name).secret for name in "abc")
    for secret in (first, second, first, third):
        memory.key_of(secret, now=NOW)

    assert queries(first, after=1) == 0
    assert queries(second, after=1) > 0
    assert len(memory._known) == 2


def test_a_clock_that_is_ahead_elsewhere_does_no_harm(made: NewKey) -> None:
    ApiKey.objects.update(last_used_at=timezone.now() + timedelta(days=9))

    assert memory.key_of(made.secret, now=NOW) == made.key
