"""The whole service, and a key that may write, for those who only know what it says of itself."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from itertools import islice, permutations
from pathlib import Path

import pytest
from django.contrib.auth.models import Permission, User
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from access import keys
from matches.models import League, Match, Team
from predictions.models import TrainedModel
from tests.integration.conformance.sense import Known
from tests.integration.database import Database, in_this_process
from tests.integration.site import Site, site

# What is asked here in a minute is more than anybody should.
NO_RATES = {"RATE_PER_ADDRESS": 10**9, "RATE_PER_KEY": 10**9}


@dataclass(frozen=True, slots=True)
class Described:
    site: Site
    known: Known
    key: str

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.site.web.port}"

    def known_file(self, folder: Path) -> Path:
        file = folder / "known.json"
        known = asdict(self.known)
        del known["bindings"]
        file.write_text(json.dumps(known))
        return file


@pytest.fixture(scope="session")
def described(filled_database: Database, django_db_blocker: DjangoDbBlocker) -> Iterator[Described]:
    """One for all these tests of a process: starting it takes seconds."""
    with (
        site(filled_database, django_db_blocker, matches=0, workers=2, threads=8, settings=NO_RATES) as it,
        in_this_process(it.database.name),
    ):
        _name_seasons_after_their_years()
        yield Described(it, _known(), _key())


def _name_seasons_after_their_years() -> None:
    """Whoever enters a result is asked whether the day is in the season."""
    matches = list(Match.objects.scheduled())
    for match in matches:
        match.season = match.kickoff.year
    Match.objects.bulk_update(matches, ["season"])


def _known() -> Known:
    matches, spare = (_fixtures(years_ahead) for years_ahead in (1, 2))
    fixture = Match.objects.select_related("league", "home_team", "away_team").get(pk=matches[0])
    return Known(
        league=fixture.league.code,
        country=fixture.league.country,
        season=fixture.season,
        shifted_weeks=fixture.league.shifted_weeks,
        teams=sorted(set(Match.objects.values_list("home_team", flat=True))),
        matches=matches,
        spare=spare,
        versions=list(TrainedModel.objects.values_list("version", flat=True)),
        home=[fixture.home_team.name, str(fixture.home_team_id)],
        away=[fixture.away_team.name, str(fixture.away_team_id)],
        date=fixture.day.isoformat(),
    )


def _fixtures(years_ahead: int) -> list[int]:
    """The ids of matches of each team with each, on days of which nobody doubts what season they are in."""
    league, teams = League.objects.get(), list(Team.objects.all())
    season = timezone.now().year + years_ahead
    matches = [
        Match(
            league=league,
            season=season,
            kickoff=datetime(season, 9, 1 + day, 15, tzinfo=UTC),
            home_team=home,
            away_team=away,
        )
        for day, (home, away) in enumerate(islice(permutations(teams, 2), 30))
    ]
    return [match.pk for match in Match.objects.bulk_create(matches)]


def _key() -> str:
    user = User.objects.create_user("desk")
    user.user_permissions.set(Permission.objects.filter(codename__in=["add_match", "change_match"]))
    return keys.create(name="Results desk", user=user).secret
