from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from access import keys, memory
from access.keys import NewKey
from access.models import ApiKey, digest_of
from tests.access.conftest import NOW

pytestmark = [pytest.mark.sqlite, pytest.mark.django_db]

LIST = "/admin/access/apikey/"


@pytest.fixture
def clerk(client: Client) -> User:
    """Somebody of the staff who looks after keys, and has logged in."""
    user = User.objects.create_user("clerk", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(content_type__app_label="access"))
    client.force_login(user)
    return user


def make(client: Client, **fields: Any) -> Any:
    return client.post(f"{LIST}add/", {"name": "Odds page", "user": "", "per_minute": "", **fields})


def test_a_new_key_is_shown_once(admin_client: Client) -> None:
    response = make(admin_client, per_minute="50")
    secret = response.content.decode().partition('<code id="secret">')[2].partition("</code>")[0]

    assert response.status_code == 200
    assert ApiKey.objects.get().digest == digest_of(secret)
    assert ApiKey.objects.get().per_minute == 50
    assert "no-store" in response.headers["Cache-Control"]
    assert secret not in str(admin_client.cookies)
    for address in (LIST, f"{LIST}{ApiKey.objects.get().pk}/change/"):
        page = admin_client.get(address).content.decode()
        assert secret[:9] in page
        assert secret not in page
        assert ApiKey.objects.get().digest not in page


def test_keys_are_revoked_as_an_action(admin_client: Client, made: NewKey) -> None:
    memory.key_of(made.secret, now=NOW)
    response = admin_client.post(LIST, {"action": "revoke", "_selected_action": [made.key.pk]}, follow=True)

    assert "1 revoked." in response.content.decode()
    with pytest.raises(memory.Refused):
        memory.key_of(made.secret, now=NOW)


def test_a_changed_rate_counts_at_once_in_this_process(admin_client: Client, made: NewKey) -> None:
    memory.key_of(made.secret, now=NOW)
    response = admin_client.post(f"{LIST}{made.key.pk}/change/", {"name": "x", "per_minute": "7"})

    assert response.status_code == 302
    assert memory.key_of(made.secret, now=NOW).per_minute == 7


def test_a_deleted_key_is_no_key(admin_client: Client, made: NewKey) -> None:
    memory.key_of(made.secret, now=NOW)
    admin_client.post(f"{LIST}{made.key.pk}/delete/", {"post": "yes"})

    with pytest.raises(memory.Refused):
        memory.key_of(made.secret, now=NOW)


def test_in_whose_name_it_writes_does_not_change(admin_client: Client, made: NewKey) -> None:
    admin = User.objects.get()
    admin_client.post(f"{LIST}{made.key.pk}/change/", {"name": "x", "user": admin.pk, "per_minute": ""})

    assert ApiKey.objects.get().name == "x"
    assert ApiKey.objects.get().user is None


def test_nobody_gives_a_key_the_permissions_of_another(client: Client, clerk: User) -> None:
    boss = User.objects.create_superuser("boss")
    response = make(client, user=boss.pk)

    assert b"Select a valid choice" in response.content
    assert not ApiKey.objects.exists()
    make(client, user=clerk.pk)
    assert ApiKey.objects.get().user == clerk


def test_who_may_only_look_revokes_nothing(client: Client, made: NewKey) -> None:
    user = User.objects.create_user("visitor", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename="view_apikey"))
    client.force_login(user)
    client.post(LIST, {"action": "revoke", "_selected_action": [made.key.pk]})

    assert ApiKey.objects.get().revoked_at is None
    assert client.get(LIST).status_code == 200


def test_a_hostile_name_is_escaped(admin_client: Client) -> None:
    response = make(admin_client, name="<script>alert(1)</script>")

    assert b"<script>alert(1)" not in response.content
    assert b"<script>alert(1)" not in admin_client.get(LIST).content


def test_keys_go_with_their_user() -> None:
    user = User.objects.create_user("editor")
    keys.create(name="x", user=user)
    user.delete()

    assert not ApiKey.objects.exists()
