"""What was published before there was a row for each model is kept."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from matches.models import League, Match, Team
from predictions.published import Publication, frozen, publish

KICKOFF = datetime(2024, 8, 17, 14, 0, tzinfo=UTC)
MADE_AT, TRAINED_AT = KICKOFF - timedelta(hours=1), KICKOFF - timedelta(days=9)
SAID: dict[str, Any] = {
    "probabilities": {"home": 0.1 + 0.2, "draw": 1 / 3, "away": 1 - (0.1 + 0.2) - 1 / 3},
    "expected_goals": {"home": 1.7364182940137, "away": 1.1e-5},
}


def migrate(name: str) -> Any:
    """To this migration of predictions, and the models as they are there."""
    executor = MigrationExecutor(connection)
    return executor.migrate([("predictions", name)]).apps


@pytest.fixture
def latest(transactional_db: None) -> Iterator[str]:
    """The name of the last migration, to which the database is brought back afterwards."""
    [(_, name)] = MigrationExecutor(connection).loader.graph.leaf_nodes("predictions")
    yield name
    migrate(name)


@pytest.fixture
def match(latest: str) -> Match:
    league = League.objects.create(code="en.1", name="Premier League", country="en")
    home, away = (Team.objects.create(name=name, country="en") for name in ("Albion", "Borough"))
    return Match.objects.create(league=league, season=2024, kickoff=KICKOFF, home_team=home, away_team=away)


def say(match: Match, by: str, made_at: datetime, said: dict[str, Any] = SAID) -> Publication:
    publication = Publication(match.pk, match.home_team_id, match.away_team_id, said, by, TRAINED_AT, made_at)
    publish([publication])
    return publication


def test_what_was_said_is_the_same_afterwards(latest: str, match: Match) -> None:
    publication = say(match, "model-1", MADE_AT)
    [row] = migrate("0004_model_artefact").get_model("predictions", "PublishedPrediction").objects.all()
    assert (row.pk, row.model_version, row.made_at, row.trained_at) == (match.pk, "model-1", MADE_AT, TRAINED_AT)
    assert {"home": row.home, "draw": row.draw, "away": row.away} == SAID["probabilities"]
    assert {"home": row.expected_goals_home, "away": row.expected_goals_away} == SAID["expected_goals"]
    migrate(latest)
    assert frozen([match.pk], now=KICKOFF) == {match.pk: publication}


def test_what_was_said_before_counts_for_the_teams_that_are_the_matchs_now(latest: str, match: Match) -> None:
    say(match, "model-1", MADE_AT)
    migrate("0004_model_artefact")
    match.home_team, match.away_team = match.away_team, match.home_team
    match.save()
    migrate(latest)
    [row] = frozen([match.pk], now=KICKOFF).values()
    assert (row.home_team_id, row.away_team_id) == (match.home_team_id, match.away_team_id)


def test_on_the_way_back_what_was_said_of_other_teams_is_dropped(latest: str, match: Match) -> None:
    say(match, "model-1", MADE_AT)
    match.home_team, match.away_team = match.away_team, match.home_team
    match.save()
    say(match, "model-2", MADE_AT - timedelta(hours=1))
    [row] = migrate("0004_model_artefact").get_model("predictions", "PublishedPrediction").objects.all()
    assert row.model_version == "model-2"


def test_on_the_way_back_what_was_said_last_is_kept(latest: str, match: Match) -> None:
    say(match, "model-1", MADE_AT)
    say(match, "model-2", MADE_AT - timedelta(hours=1))
    [row] = migrate("0004_model_artefact").get_model("predictions", "PublishedPrediction").objects.all()
    assert row.model_version == "model-1"


@pytest.mark.parametrize("there_and_back", [False, True])
def test_a_row_goes_with_its_match_whoever_deletes_it(latest: str, match: Match, there_and_back: bool) -> None:
    """The foreign key is the database's own."""
    say(match, "model-1", MADE_AT)
    if there_and_back:
        migrate("0004_model_artefact")
        migrate(latest)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM matches_match WHERE id = %s", [match.pk])
        cursor.execute("SELECT count(*) FROM predictions_publishedprediction")
        assert cursor.fetchone() == (0,)
