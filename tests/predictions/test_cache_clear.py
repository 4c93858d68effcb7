"""`manage.py cache_clear`: for changes of the database that Django knows nothing of."""

from __future__ import annotations

import json
from datetime import date
from io import StringIO
from typing import Any

import pytest
from django.core.cache import caches
from django.core.management import CommandError, call_command
from django.db import connection

from matches.models import Match
from predictions.cache import keys
from predictions.models import Invalidation
from tests.matches.ratings.football import make_league, make_teams, match

pytestmark = pytest.mark.django_db(transaction=True)

GONE = 10**6


@pytest.fixture
def football() -> None:
    """Two matches in one league, one in another, all of them cached, and one that SQL has deleted."""
    home, away = make_teams("A", "B")
    english, german = make_league("en.1"), make_league("de.1", country="de")
    for pk, league, day in ((1, english, 16), (2, english, 23), (3, german, 16)):
        match(league, 2014, date(2014, 8, day), home, away, pk=pk).save(force_insert=True)
    caches["predictions"].set_many({keys.generation(of): b"g" * 16 for of in (1, 2, 3, GONE, keys.ACTIVE_MODEL)})


def clear(*arguments: str) -> dict[str, Any]:
    out = StringIO()
    call_command("cache_clear", *arguments, "--json", stdout=out)
    result: dict[str, Any] = json.loads(out.getvalue())
    return result


def void() -> set[int | str]:
    everything: list[int | str] = [1, 2, 3, GONE, keys.ACTIVE_MODEL]
    return {of for of in everything if caches["predictions"].get(keys.generation(of)) is None}


@pytest.mark.parametrize(
    ("arguments", "matches", "expected"),
    [
        (["--match", "2"], 1, {2}),
        (["--match", "2", str(GONE)], 2, {2, GONE}),
        (["--league", "en.1"], 2, {1, 2}),
        (["--league", "de.1", "--match", "1"], 2, {1, 3}),
        (["--all"], 3, {1, 2, 3, keys.ACTIVE_MODEL}),
    ],
)
def test_it_voids_what_is_named_and_nothing_else(
    arguments: list[str], matches: int, expected: set[int | str], football: None
) -> None:
    assert clear(*arguments) == {"matches": matches, "waiting": False}
    assert void() == expected


@pytest.mark.usefixtures("football", "redis_away")
def test_while_redis_is_away_it_waits_in_the_outbox_and_exits_with_1() -> None:
    before = Invalidation.objects.pending().count()
    with pytest.raises(CommandError, match="as soon as Redis is back") as error:
        clear("--match", "1", "--league", "de.1")
    assert error.value.returncode == 1
    assert Invalidation.objects.pending().count() == before + 2


@pytest.mark.parametrize(
    ("arguments", "message"), [([], "--match, --league or --all"), (["--league", "xx.1"], "no league xx.1.*de.1, en.1")]
)
def test_what_makes_no_sense_is_said_and_exits_with_2(arguments: list[str], message: str, football: None) -> None:
    with pytest.raises(CommandError, match=message) as error:
        clear(*arguments)
    assert error.value.returncode == 2
    assert void() == set()


def test_without_the_database_it_exits_with_2() -> None:
    name = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = "no_such_database"
    try:
        with pytest.raises(CommandError, match="DATABASE_URL") as error:
            clear("--all")
    finally:
        connection.settings_dict["NAME"] = name
        connection.close()
    assert error.value.returncode == 2


def test_it_says_in_words_what_it_did(football: None, capsys: pytest.CaptureFixture[str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {Match._meta.db_table} SET status = 'postponed' WHERE id = 2")  # noqa: S608
    call_command("cache_clear", "--match", "2")
    assert capsys.readouterr().out == "What was cached of 1 matches is void.\n"


def test_its_help_has_an_example(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        call_command("cache_clear", "--help")
    assert "Example: manage.py cache_clear --league" in capsys.readouterr().out
