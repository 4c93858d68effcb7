"""Fills a league of the demo that has no matches yet."""

from __future__ import annotations

from collections.abc import Collection

from matches.demo import data
from matches.demo.dates import moved, noon
from matches.importers.leagues import KnownLeague
from matches.importers.teams import TeamDirectory
from matches.models import League, Match, Team

SOURCE = "demo"
BATCH_SIZE = 2000


def fill(league: League, known: KnownLeague, matches: Collection[data.DemoMatch], *, weeks: int) -> int:
    """Create the `matches` of a league, moved by so many `weeks`. Returns how many they were."""
    teams = _teams(known.country, {code for match in matches for code in (match.home, match.away)})
    created = Match.objects.bulk_create(
        [
            Match(
                league=league,
                season=match.season,
                kickoff=moved(noon(match.day, league.zone), weeks, league.zone),
                kickoff_time_known=False,
                home_team=teams[match.home],
                away_team=teams[match.away],
                status=_status(match),
                home_goals=match.home_goals,
                away_goals=match.away_goals,
                provenance=dict.fromkeys(["kickoff", "status", *(["result"] if match.played else [])], SOURCE),
            )
            for match in matches
        ],
        batch_size=BATCH_SIZE,
    )
    league.shifted_weeks = weeks
    league.save(update_fields=["shifted_weeks"])
    return len(created)


def _status(match: data.DemoMatch) -> str:
    if not match.played:
        return Match.Status.SCHEDULED
    return Match.Status.AWARDED if match.awarded else Match.Status.FINISHED


def _teams(country: str, codes: Collection[str]) -> dict[str, Team]:
    """Teams by code. One that is there already, under any of its names, is the same team."""
    names = data.team_names()
    directory = TeamDirectory(country)
    teams = {code: directory.find(names[country, code]) for code in codes}
    directory.save(teams.values())
    return teams
