"""Records real answers of every operation as the examples of the API's description: `make examples`.

From the demo's football, in a database that is empty before and thrown away after. Long lists are cut short.
"""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import Any

import django
from django.core.management import call_command
from django.urls import resolve

ITEMS = 2
"""How many of a list of results are shown."""
OTHERS = 5
LINES = 15
LEAGUE = "demo.en.1"


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="predictor-examples-") as folder:
        os.environ |= {"STATE_DIR": folder, "ALLOWED_HOSTS": "predictor.example"}
        os.environ.setdefault("SECRET_KEY", "only-for-examples-" + "x" * 50)
        os.environ["DJANGO_SETTINGS_MODULE"] = "predictor_site.settings"
        django.setup()
        call_command("migrate", verbosity=0)
        call_command("load_demo", verbosity=0)
        call_command("train_model", seasons=1, verbosity=0)
        record()


def record() -> None:
    """Ask each operation once, and write down what it answers."""
    from django.contrib.auth.models import Permission, User
    from django.test import Client

    from access import keys
    from matches.models import Match

    user = User.objects.create_user("desk")
    user.user_permissions.set(Permission.objects.filter(codename__in=["add_match", "change_match"]))
    headers = {"authorization": f"Bearer {keys.create(name='Results desk', user=user).secret}"}
    client = Client(headers={"host": "predictor.example"})
    fixtures = Match.objects.scheduled().with_names().filter(league__code=LEAGUE).order_by("kickoff", "pk")
    first, second = fixtures[:2]
    home, away = first.home_team, first.away_team
    api = "/api/v1"
    version = client.get(f"{api}/models/").json()["results"][0]["version"]
    gets = {
        "root_retrieve": f"{api}/",
        "leagues_list": f"{api}/leagues/?country=en",
        "leagues_retrieve": f"{api}/leagues/{LEAGUE}/",
        "leagues_table_retrieve": f"{api}/leagues/{LEAGUE}/table/",
        "teams_list": f"{api}/teams/?league={LEAGUE}",
        "teams_retrieve": f"{api}/teams/{home.pk}/",
        "matches_list": f"{api}/matches/?league={LEAGUE}&status=finished&ordering=-kickoff",
        "matches_retrieve": f"{api}/matches/{first.pk}/",
        "head_to_head_retrieve": f"{api}/head-to-head/?home={home.pk}&away={away.pk}",
        "models_list": f"{api}/models/",
        "models_retrieve": f"{api}/models/{version}/",
        "predictions_list": f"{api}/predictions/?league={LEAGUE}&page_size=2",
        "predictions_retrieve": f"{api}/predictions/{first.pk}/",
        "predictions_lookup_retrieve": f"{api}/predictions/lookup/?home={home.pk}&away={away.pk}",
        "predictions_what_if_retrieve": f"{api}/predictions/what-if/?home={away.pk}&away={home.pk}&league={LEAGUE}",
        "healthz": "/healthz",
        "readyz": "/readyz",
        "metrics": "/metrics",
    }
    for operation, path in gets.items():
        _write(operation, path, client.get(path))
    batch = {"match_ids": [first.pk, 10**9]}
    new = {"league": LEAGUE, "season": first.season, "home_team": away.pk, "away_team": home.pk}
    new["kickoff"] = first.kickoff.replace(hour=14).isoformat().replace("+00:00", "Z")
    result = {"score": {"home": 2, "away": 1}}
    for operation, ask, path, body in (
        ("predictions_batch_create", client.post, f"{api}/predictions/batch/", batch),
        ("matches_create", client.post, f"{api}/matches/", new),
        ("matches_partial_update", client.patch, f"{api}/matches/{second.pk}/", result),
    ):
        answer = ask(path, json.dumps(body), content_type="application/json", headers=headers)
        _write(operation, path, answer, request=body)


def _write(operation: str, path: str, answer: Any, **request: Any) -> None:
    if not 200 <= answer.status_code < 300:
        raise SystemExit(f"{path} answered {answer.status_code}: {answer.content.decode()}")
    view: Any = resolve(path.partition("?")[0]).func
    folder = Path(__import__(view.cls.__module__.rpartition(".")[0], fromlist=["x"]).__path__[0]) / "examples"
    folder.mkdir(exist_ok=True)
    is_json = answer.headers["Content-Type"] == "application/json"
    recorded = {**request, "response": _short(answer.json() if is_json else answer.content.decode())}
    text = json.dumps(recorded, indent=1, ensure_ascii=False) + "\n"
    (folder / f"{operation}.json").write_text(text.replace("http://predictor.example", "https://predictor.example"))


def _short(value: Any, most: int = ITEMS) -> Any:
    if isinstance(value, dict):
        return {name: _short(member, ITEMS if name == "results" else OTHERS) for name, member in value.items()}
    if isinstance(value, list):
        return [_short(each, OTHERS) for each in value[:most]]
    if isinstance(value, str) and "\n" in value:
        return "".join(value.splitlines(keepends=True)[:LINES])
    return value


if __name__ == "__main__":
    main()
