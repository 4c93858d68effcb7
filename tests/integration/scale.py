"""Football of any size in PostgreSQL, within seconds: one season of one league, folded as ever, then copied by SQL."""

from __future__ import annotations

from django.db import connection, models

from matches.models import League, LeagueSnapshot, Match, Team, TeamSnapshot
from tests.matches.ratings.football import make_league, make_teams, season

TEAMS = 20
# That play in none of the leagues. A table of a few hundred teams PostgreSQL would rather read as a whole.
OTHER_TEAMS = 10_000
SEASON = 2000
MATCHES_A_SEASON = TEAMS * (TEAMS - 1)


def make_football(*, leagues: int, seasons: int, playing: int | None = None) -> int:
    """Make `leagues` leagues of 20 teams, of which the first `playing` have played `seasons` seasons; returns how many
    matches that is.

    Tables are then as autovacuum leaves them, so that plans are those of a database that has been running for long.
    Not within a transaction.
    """
    playing = playing or leagues
    first = make_league("xx.1", country="xx")
    teams = make_teams(*(f"Team {number}" for number in range(TEAMS)))
    Match.objects.bulk_create(season(first, SEASON, teams))
    numbers = range(2, leagues + 1)
    others = League.objects.bulk_create(
        League(code=f"xx.{number}", name=f"League {number}", country="xx") for number in numbers
    )
    Team.objects.bulk_create(
        Team(name=f"Team {team} of {number}", country="xx") for number in numbers for team in range(TEAMS)
    )
    Team.objects.bulk_create(Team(name=f"Other team {number}", country="xx") for number in range(OTHER_TEAMS))
    assert [league.pk - first.pk for league in others] == list(range(1, leagues))
    for later in range(1, seasons):
        years = f"make_interval(years => {later})"
        for model in (Match, LeagueSnapshot, TeamSnapshot):
            _copy(
                model,
                where=f"league_id = {first.pk} AND season = {SEASON}",
                season=f"season + {later}",
                day=f"(day + {years})::date",
                kickoff=f"kickoff + {years}",
            )
    for model in (Match, LeagueSnapshot, TeamSnapshot):
        # Later leagues begin later in the sequence of teams.
        shift = f"{TEAMS} * copy"
        _copy(
            model,
            where=f"league_id = {first.pk}",
            copies=playing - 1,
            league_id="league_id + copy",
            team_id=f"team_id + {shift}",
            home_team_id=f"home_team_id + {shift}",
            away_team_id=f"away_team_id + {shift}",
        )
    _vacuum()
    return playing * seasons * MATCHES_A_SEASON


def _copy(model: type[models.Model], *, where: str, copies: int = 1, **changed: str) -> None:
    """Insert once more the rows of `model` that fulfil `where`, `copies` times (`copy` counts from 1), some columns
    changed by SQL expressions."""
    columns = [str(field.column) for field in model._meta.concrete_fields if not field.primary_key]
    values = {column: changed.get(column, column) for column in columns}
    table = model._meta.db_table
    insert = f"""
        INSERT INTO {table} ({", ".join(values)})
        SELECT {", ".join(values.values())} FROM {table}, generate_series(1, {copies}) AS copy WHERE {where}
    """  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(insert)


def _vacuum() -> None:
    """What autovacuum does by itself in its own time: for all tables of which more than 50 rows are new."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()")
        cursor.execute("SELECT relid::regclass::text FROM pg_stat_user_tables WHERE n_mod_since_analyze > 50")
        for (table,) in cursor.fetchall():
            cursor.execute(f"VACUUM ANALYZE {table}")
