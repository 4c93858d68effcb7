"""What the database itself refuses, whoever writes: forms and importers are passed by."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from math import inf
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction
from django.db.models import Model, ProtectedError

from matches.models import League, LeagueSnapshot, Match, Team, TeamAlias, TeamSnapshot
from matches.ratings import Levels, Ratings

pytestmark = [pytest.mark.sqlite, pytest.mark.django_db]

KICKOFF = datetime(2026, 8, 1, 14, tzinfo=UTC)


@dataclass
class Football:
    """One league, two teams, and one row of each kind that depends on them."""

    league: League
    home: Team
    away: Team

    def match(self, **fields: Any) -> Match:
        values = {"league": self.league, "season": 2026, "kickoff": KICKOFF, "home_team": self.home}
        return Match(**{**values, "away_team": self.away, **fields})

    def team_snapshot(self, **fields: Any) -> TeamSnapshot:
        ratings = dict.fromkeys(Ratings._fields, 0.0)
        values = {"league": self.league, "season": 2026, "day": KICKOFF.date(), "team": self.home}
        return TeamSnapshot(**{**values, **ratings, "played": 1, "promoted": False, **fields})

    def league_snapshot(self, **fields: Any) -> LeagueSnapshot:
        values = {"league": self.league, "season": 2026, "day": KICKOFF.date(), "season_start": False}
        return LeagueSnapshot(**{**values, **dict.fromkeys(Levels._fields, 0.1), **fields})


@pytest.fixture
def football() -> Football:
    return Football(
        League.objects.create(code="en.1", name="Premier League", country="en", time_zone="Europe/London"),
        Team.objects.create(name="Arsenal", country="en"),
        Team.objects.create(name="Chelsea", country="en"),
    )


def _write(*rows: Model) -> None:
    """Write rows without asking the models."""
    for row in rows:
        with transaction.atomic():
            row._meta.model._default_manager.bulk_create([row])


def _odds(home: float | None, draw: float | None, away: float | None) -> dict[str, float | None]:
    return {"closing_odds_home": home, "closing_odds_draw": draw, "closing_odds_away": away}


Rows = Callable[[Football], list[Model]]
WRONG: list[tuple[str, Rows]] = [
    ("league_tier_from_one", lambda f: [League(code="en.0", name="None", country="en", tier=0)]),
    ("league_cache_ttl_in_range", lambda f: [League(code="en.2", name="Second", country="en", cache_ttl=0)]),
    ("league_cache_ttl_in_range", lambda f: [League(code="en.2", name="Second", country="en", cache_ttl=604801)]),
    ("team_name_unique_in_country", lambda f: [Team(name="Arsenal", country="en")]),
    (
        "alias_key_unique_in_country",
        lambda f: [TeamAlias(team=team, country="en", name="The Club", key="the club") for team in (f.home, f.away)],
    ),
    ("match_unique_on_its_day", lambda f: [f.match(), f.match(kickoff=KICKOFF + timedelta(hours=5))]),
    ("match_two_different_teams", lambda f: [f.match(away_team=f.home)]),
    ("match_season_in_range", lambda f: [f.match(season=1849)]),
    ("match_season_in_range", lambda f: [f.match(season=2201)]),
    ("match_score_exactly_when_decided", lambda f: [f.match(status="finished")]),
    ("match_score_exactly_when_decided", lambda f: [f.match(status="finished", home_goals=1)]),
    ("match_score_exactly_when_decided", lambda f: [f.match(status="awarded", away_goals=3)]),
    ("match_score_exactly_when_decided", lambda f: [f.match(status="scheduled", home_goals=1, away_goals=1)]),
    ("match_score_exactly_when_decided", lambda f: [f.match(status="postponed", home_goals=1)]),
    ("match_score_exactly_when_decided", lambda f: [f.match(status="cancelled", away_goals=1)]),
    ("match_score_exactly_when_decided", lambda f: [f.match(status="abandoned")]),
    ("match_goals_in_range", lambda f: [f.match(status="finished", home_goals=100, away_goals=0)]),
    ("match_goals_in_range", lambda f: [f.match(status="finished", home_goals=0, away_goals=100)]),
    ("match_odds_all_or_none", lambda f: [f.match(**_odds(2.0, None, None))]),
    ("match_odds_all_or_none", lambda f: [f.match(**_odds(None, 3.0, 4.0))]),
    ("match_odds_all_or_none", lambda f: [f.match(**_odds(2.0, 3.0, None))]),
    ("match_odds_all_or_none", lambda f: [f.match(**_odds(1.0, 3.0, 4.0))]),
    ("match_odds_all_or_none", lambda f: [f.match(**_odds(2.0, 0.0, 4.0))]),
    ("match_odds_all_or_none", lambda f: [f.match(**_odds(2.0, 3.0, -4.0))]),
    ("match_odds_all_or_none", lambda f: [f.match(**_odds(2.0, 3.0, inf))]),
    ("match_odds_all_or_none", lambda f: [f.match(**_odds(2.0, 10_001.0, 4.0))]),
    ("team_snapshot_once_a_day", lambda f: [f.team_snapshot(), f.team_snapshot(played=2)]),
    ("league_snapshot_once_a_day", lambda f: [f.league_snapshot(), f.league_snapshot(season_start=True)]),
]
RIGHT: list[Rows] = [
    lambda f: [League(code="en.2", name="Second", country="en", tier=1, cache_ttl=1)],
    lambda f: [League(code="en.2", name="Second", country="en", tier=9, cache_ttl=604800)],
    lambda f: [Team(name="Arsenal", country="ar")],
    lambda f: [TeamAlias(team=f.home, country=country, name="The Club", key="the club") for country in ("en", "ar")],
    lambda f: [f.match(), f.match(home_team=f.away, away_team=f.home)],
    lambda f: [f.match(), f.match(kickoff=KICKOFF + timedelta(days=1))],
    lambda f: [f.match(), f.match(season=2025)],
    lambda f: [f.match(season=1850)],
    lambda f: [f.match(season=2200)],
    lambda f: [f.match(status="finished", home_goals=0, away_goals=0)],
    lambda f: [f.match(status="awarded", home_goals=99, away_goals=99)],
    lambda f: [f.match(status="postponed")],
    lambda f: [f.match(status="cancelled")],
    lambda f: [f.match(**_odds(1.01, 20.0, 1000.0))],
    lambda f: [f.team_snapshot(), f.team_snapshot(team=f.away), f.team_snapshot(day=date(2026, 8, 2))],
    lambda f: [f.league_snapshot(), f.league_snapshot(season=2025), f.league_snapshot(day=date(2026, 8, 2))],
]


@pytest.mark.parametrize(("name", "rows"), WRONG, ids=[f"{name}-{n}" for n, (name, _) in enumerate(WRONG)])
def test_a_wrong_row_is_refused(football: Football, name: str, rows: Rows) -> None:
    *before, wrong = rows(football)
    _write(*before)
    with pytest.raises(IntegrityError) as refusal:
        _write(wrong)
    if connection.vendor == "postgresql" or name not in _unique():
        assert name in str(refusal.value)


@pytest.mark.parametrize("rows", RIGHT)
def test_what_is_just_right_is_accepted(football: Football, rows: Rows) -> None:
    _write(*rows(football))


def test_every_constraint_has_a_wrong_row_here() -> None:
    constraints = [c.name for model in apps.get_app_config("matches").get_models() for c in model._meta.constraints]
    assert sorted(constraints) == sorted({name for name, _ in WRONG})


def test_a_league_code_is_there_once(football: Football) -> None:
    with pytest.raises(IntegrityError):
        _write(League(code="en.1", name="Another", country="en"))


@pytest.mark.parametrize("goals", [{"home_goals": -1, "away_goals": 0}, {"home_goals": 0, "away_goals": -1}])
def test_goals_are_not_negative(football: Football, goals: dict[str, int]) -> None:
    with pytest.raises(IntegrityError):
        _write(football.match(status="finished", **goals))


def test_a_league_or_team_with_matches_cannot_be_deleted(football: Football) -> None:
    _write(football.match())
    for row in (football.league, football.home, football.away):
        with pytest.raises(ProtectedError):
            row.delete()


def _unique() -> set[str]:
    """SQLite names a unique constraint by its columns."""
    return {name for name, _ in WRONG if "unique" in name or "once" in name}
