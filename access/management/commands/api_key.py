"""Makes, lists and revokes API keys."""

from __future__ import annotations

import json
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from typing import Any

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db.models import Q

from access import keys
from access.models import ApiKey


class Command(BaseCommand):
    help = "Make, list and revoke API keys, which consumers send as `Authorization: Bearer pk_…`."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.formatter_class = RawDescriptionHelpFormatter
        parser.epilog = (
            'Examples:\n  manage.py api_key create "Odds page" --per-minute 1000\n'
            '  manage.py api_key create "Results desk" --user editor\n'
            "  manage.py api_key list --json\n  manage.py api_key revoke pk_AbC123\n\n"
            "Exit code: 0 done, 1 there is no such key or user, or a value is not valid."
        )
        actions = parser.add_subparsers(dest="action", required=True, metavar="create | list | revoke")
        create = actions.add_parser("create", help="make one; it is printed, once")
        create.add_argument("name", help="whose it is, and what for")
        create.add_argument(
            "--user", metavar="NAME", help="whose permissions count for writing; without: it only reads"
        )
        create.add_argument("--per-minute", type=int, metavar="N", help="how many predictions may be computed for it")
        listing = actions.add_parser("list", help="all there are, the newest first")
        revoke = actions.add_parser("revoke", help="nobody can use it from now on")
        revoke.add_argument("key", help="its id, or how it begins, as `list` shows it")
        for each in (create, listing, revoke):
            each.add_argument("--json", action="store_true", dest="as_json", help="print the result as JSON")

    def handle(self, *, action: str, as_json: bool, **options: Any) -> None:
        if action == "create":
            self._create(options["name"], options["user"], options["per_minute"], as_json)
        elif action == "list":
            self._list(as_json)
        else:
            self._revoke(options["key"], as_json)

    def _create(self, name: str, username: str | None, per_minute: int | None, as_json: bool) -> None:
        users = get_user_model().objects
        user = None
        if username is not None and (user := users.filter(username=username).first()) is None:
            raise CommandError(f"There is no user {username}. Make one: manage.py createsuperuser, or in the admin.")
        try:
            made = keys.create(name=name, user=user, per_minute=per_minute)
        except ValidationError as error:
            raise CommandError(_in_words(error)) from error
        if as_json:
            self.stdout.write(json.dumps({**_as_dict(made.key), "secret": made.secret}))
        else:
            self.stdout.write(made.secret)
            self.stderr.write("Keep it: it is not shown again. Send it as `Authorization: Bearer …`.")

    def _list(self, as_json: bool) -> None:
        rows = [_as_dict(key) for key in ApiKey.objects.select_related("user")]
        if as_json:
            self.stdout.write(json.dumps(rows))
            return
        for row in rows:
            state = (
                f"revoked {row['revoked_at'][:10]}"
                if row["revoked_at"]
                else f"last used {row['last_used_at'] or 'never'}"
            )
            self.stdout.write(
                f"{row['id']:>4}  {row['prefix']}…  {row['name']}  ({row['user'] or 'reads only'})  {state}"
            )
        if not rows:
            self.stdout.write("There are none. To make one: manage.py api_key create NAME")

    def _revoke(self, which: str, as_json: bool) -> None:
        by_id = Q(pk=int(which)) if which.isascii() and which.isdigit() and len(which) < 19 else Q(prefix=which)
        found = list(ApiKey.objects.filter(by_id).select_related("user")[:2])
        if len(found) != 1:
            problem = "Several keys begin" if found else "There is no key that begins"
            raise CommandError(f"{problem} with {which}, or has that id. See: manage.py api_key list")
        done = keys.revoke(found[0])
        if as_json:
            self.stdout.write(json.dumps(_as_dict(found[0])))
        else:
            self.stdout.write(f"{found[0]} is revoked." if done else f"{found[0]} was revoked before.")


def _as_dict(key: ApiKey) -> dict[str, Any]:
    moments = {name: getattr(key, name) for name in ("created_at", "last_used_at", "revoked_at")}
    return {
        "id": key.pk,
        "name": key.name,
        "prefix": key.prefix,
        "user": key.user.get_username() if key.user else None,
        "per_minute": key.per_minute,
        **{name: moment and moment.isoformat(timespec="seconds") for name, moment in moments.items()},
    }


def _in_words(error: ValidationError) -> str:
    return " ".join(f"{name}: {' '.join(texts)}" for name, texts in error.message_dict.items())
