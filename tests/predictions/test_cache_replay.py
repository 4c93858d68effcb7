"""`manage.py cache_replay`: what Redis has missed, and what it is said to have done."""

from __future__ import annotations

import json
from io import StringIO
from typing import Any

import pytest
from django.core.cache import caches
from django.core.management import CommandError, call_command
from django.db import connection

from predictions import invalidation
from predictions.cache import keys
from predictions.models import Invalidation
from predictions.settled import Settled

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def fresh_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(invalidation, "_settled", Settled())


def replay(*arguments: str) -> dict[str, Any]:
    out = StringIO()
    call_command("cache_replay", *arguments, "--json", stdout=out)
    result: dict[str, Any] = json.loads(out.getvalue())
    return result


def mint(*ids: int) -> None:
    caches["predictions"].set_many({keys.generation(of): b"g" * 16 for of in ids})


def left(*ids: int) -> set[int]:
    return {of for of in ids if caches["predictions"].get(keys.generation(of)) is not None}


@pytest.fixture
def rows(empty_cache: Any) -> None:
    """One change that nobody has purged, one that this server has, both cached since."""
    mint(7, 8)
    run_id = empty_cache.client.get_client().info("server")["run_id"]
    Invalidation.objects.create(match_ids=[7])
    Invalidation.objects.create(match_ids=[8], run_id=run_id, done_at="2014-08-16T12:00:00Z")


def test_what_waits_is_executed(rows: None) -> None:
    assert replay() == {"replayed": 1, "waiting": 0}
    assert left(7, 8) == {8}
    assert replay() == {"replayed": 0, "waiting": 0}


def test_everything_that_is_kept_is_executed_again(rows: None) -> None:
    assert replay("--all") == {"replayed": 2, "waiting": 0}
    assert left(7, 8) == set()


@pytest.mark.usefixtures("rows", "redis_away")
def test_while_redis_is_away_it_says_how_much_waits_and_exits_with_1() -> None:
    with pytest.raises(CommandError, match=r"1 changes wait.*ConnectionError.*cache_health") as error:
        replay()
    assert error.value.returncode == 1


@pytest.mark.usefixtures("redis_away")
def test_while_redis_is_away_and_nothing_is_known_to_wait_it_exits_with_2() -> None:
    with pytest.raises(CommandError, match="Redis could not be asked") as error:
        replay()
    assert error.value.returncode == 2


def test_without_the_database_it_exits_with_2() -> None:
    name = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = "no_such_database"
    try:
        with pytest.raises(CommandError, match="DATABASE_URL") as error:
            replay()
    finally:
        connection.settings_dict["NAME"] = name
        connection.close()
    assert error.value.returncode == 2


def test_it_says_in_words_what_it_did(rows: None, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("cache_replay")
    assert capsys.readouterr().out == "1 changes replayed, 0 waiting.\n"


def test_its_help_has_an_example(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        call_command("cache_replay", "--help")
    assert "Example: manage.py cache_replay --all" in capsys.readouterr().out
