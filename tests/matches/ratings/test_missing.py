"""Whoever upgrades meets ratings, not their absence."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.sql import emit_post_migrate_signal
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from matches.models import League, LeagueSnapshot, Match, TeamSnapshot
from matches.ratings.missing import leagues_without_ratings
from matches.signals import matches_changed
from tests.matches.ratings.football import make_league, make_teams, season
from tests.matches.ratings.oracle import assert_as_the_textbook, stored


@pytest.fixture
def league() -> League:
    league, teams = make_league(), make_teams("A", "B", "C", "D", "E")
    for number in range(2):
        Match.objects.bulk_create(season(league, 2010 + number, teams[number : number + 4], known=True))
    make_league("en.2")  # without matches, and so without ratings
    return league


def _forget() -> None:
    TeamSnapshot.objects.all().delete()
    LeagueSnapshot.objects.all().delete()


@pytest.mark.sqlite
@pytest.mark.django_db
def test_only_a_league_with_matches_can_miss_its_ratings(league: League) -> None:
    assert leagues_without_ratings() == []
    _forget()
    assert leagues_without_ratings() == [league]


@pytest.mark.sqlite
@pytest.mark.django_db
def test_migrate_computes_what_is_missing_and_says_so(league: League, capsys: Any) -> None:
    before = stored(league)
    _forget()
    call_command("migrate", verbosity=1)

    assert "Computed the ratings of 1 leagues." in capsys.readouterr().out
    assert stored(league) == before
    call_command("migrate", verbosity=1)
    assert "ratings" not in capsys.readouterr().out


@pytest.mark.sqlite
@pytest.mark.django_db
def test_flushing_a_database_computes_nothing(league: League) -> None:
    """It sends the same signal, when tables are empty or a test is over."""
    _forget()
    emit_post_migrate_signal(verbosity=0, interactive=False, db="default")

    assert leagues_without_ratings() == [league]


@pytest.mark.sqlite
@pytest.mark.django_db
def test_who_listens_hears_of_it(league: League) -> None:
    _forget()
    heard: list[Any] = []

    def listen(*, changes: Any, **kwargs: Any) -> None:
        heard.extend(changes)

    matches_changed.connect(listen)
    try:
        call_command("migrate", verbosity=0)
    finally:
        matches_changed.disconnect(listen)

    assert [(change.league_id, change.ratings_moved) for change in heard] == [(league.pk, True)]


@pytest.fixture
def migrations(transactional_db: None) -> Iterator[None]:
    """Whatever a test migrates to, all is there again afterwards."""
    yield
    call_command("migrate", verbosity=0)


@pytest.mark.sqlite
@pytest.mark.usefixtures("migrations")
def test_a_database_from_before_shots_and_odds_has_all_ratings_after_its_migration(league: League) -> None:
    before = stored(league)
    call_command("migrate", "matches", "0001", verbosity=0)
    _old_snapshot(league.pk)
    call_command("migrate", "matches", verbosity=0)

    assert stored(league) == before
    assert_as_the_textbook(league)


@pytest.mark.sqlite
@pytest.mark.usefixtures("migrations")
def test_nothing_is_computed_while_tables_are_not_as_the_code_expects_them(league: League) -> None:
    call_command("migrate", "matches", "0001", verbosity=0)
    assert not _old("LeagueSnapshot").exists()
    call_command("migrate", "matches", "0001", verbosity=0)

    assert not _old("LeagueSnapshot").exists()


def _old(model: str) -> Any:
    state = MigrationExecutor(connection).loader.project_state([("matches", "0001_initial")])
    return state.apps.get_model("matches", model).objects


def _old_snapshot(league_id: int) -> None:
    """What the code of then had stored: rows that say nothing of what is new."""
    of = {"league_id": league_id, "season": 2010, "day": "2010-08-13"}
    ratings = dict.fromkeys(("attack_home", "attack_away", "defence_home", "defence_away"), 0.0)
    team = Match.objects.order_by("pk").values_list("home_team_id", flat=True)[0]
    _old("LeagueSnapshot").create(**of, season_start=True, log_goals_home=0.4, log_goals_away=0.1)
    _old("TeamSnapshot").create(**of, team_id=team, played=0, promoted=False, elo=1500.0, **ratings)
