from __future__ import annotations

import json
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command

from access import memory
from access.keys import NewKey
from access.models import ApiKey
from tests.access.conftest import NOW

pytestmark = [pytest.mark.sqlite, pytest.mark.django_db]


def typed(*words: str) -> str:
    out = StringIO()
    call_command("api_key", *words, stdout=out, stderr=StringIO())
    return out.getvalue()


def test_create_prints_the_key_once_and_nothing_else_that_a_shell_would_take_for_it() -> None:
    said = typed("create", "Odds page", "--per-minute", "50")

    key = memory.key_of(said.removesuffix("\n"), now=NOW)
    assert (key.name, key.per_minute, key.user) == ("Odds page", 50, None)
    assert said.strip() not in typed("list")


def test_create_as_json() -> None:
    User.objects.create_user("editor")
    said: Any = json.loads(typed("create", "Desk", "--user", "editor", "--json"))

    assert memory.key_of(said.pop("secret"), now=NOW).pk == said["id"]
    assert said["user"] == "editor"
    assert said["last_used_at"] is said["revoked_at"] is None


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["create", ""], "name: This field cannot be blank"),
        (["create", "x", "--per-minute", "0"], "per_minute: Ensure this value is greater"),
        (["create", "x", "--user", "nobody"], "There is no user nobody"),
        (["revoke", "pk_nobody"], "There is no key that begins with pk_nobody"),
        (["revoke", "9" * 30], "There is no key"),
        (["revoke", "٣"], "There is no key"),
    ],
)
def test_what_can_not_be_done_is_said(words: list[str], why: str) -> None:
    with pytest.raises(CommandError, match=why) as raised:
        typed(*words)
    assert raised.value.returncode == 1
    assert not ApiKey.objects.exists()


def test_list_tells_them_apart(made: NewKey) -> None:
    assert "There are none" not in typed("list")
    assert "Odds page  (reads only)  last used never" in typed("list")
    memory.key_of(made.secret, now=NOW)
    assert "last used 2026-08-01T12:00:00" in typed("list")
    assert [row["prefix"] for row in json.loads(typed("list", "--json"))] == [made.key.prefix]


def test_list_says_how_to_make_the_first() -> None:
    assert "manage.py api_key create" in typed("list")
    assert json.loads(typed("list", "--json")) == []


@pytest.mark.parametrize("by", ["id", "prefix"])
def test_revoke_finds_it_by_id_or_beginning(made: NewKey, by: str) -> None:
    which = str(made.key.pk) if by == "id" else made.key.prefix

    assert "is revoked." in typed("revoke", which)
    assert "was revoked before." in typed("revoke", which)
    assert json.loads(typed("revoke", which, "--json"))["revoked_at"]
    assert "revoked 20" in typed("list")


def test_of_two_that_begin_alike_none_is_revoked(made: NewKey) -> None:
    ApiKey.objects.create(name="twin", prefix=made.key.prefix, digest="x")

    with pytest.raises(CommandError, match="Several"):
        typed("revoke", made.key.prefix)
    assert not ApiKey.objects.filter(revoked_at__isnull=False).exists()
