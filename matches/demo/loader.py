"""Loads the demo, moves it on when time has passed, and removes it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet, Subquery

from matches import services
from matches.demo import data
from matches.demo.dates import noon, weeks_past
from matches.demo.filling import SOURCE, fill
from matches.demo.moving import move
from matches.importers.leagues import TOP, KnownLeague
from matches.models import League, Match, Team
from matches.models.league import SECONDS_OTHERS, SECONDS_TOP


@dataclass(frozen=True, slots=True)
class DemoReport:
    """What the demo holds after a load, and what the load did."""

    leagues: int
    played: int
    to_be_played: int
    next_round: date | None
    shifted_weeks: dict[str, int]
    """By how many weeks each league's dates are later than they really were."""
    created: int
    """Matches that were not there before."""
    moved: int
    """Leagues that were there before, and that moved on."""


def load(*, now: datetime, leagues: Collection[KnownLeague] = data.LEAGUES) -> DemoReport:
    """Fill the leagues that are missing, and move on those of which `now` has overtaken a fixture.

    Afterwards all fixtures lie ahead, and the first ones within a week. A league is filled once, and later only moved:
    what a person has changed stays, except that a kickoff moves with its league.
    """
    by_code = {data.code(league): league for league in leagues}
    created = moved = 0
    with services.batched() as change:
        rows = _locked(leagues, change)
        empty = [row for row, filled, _ in rows if not filled]
        if empty:
            created = _fill([(row, by_code[row.code]) for row in empty], now)
        for row, _, next_kickoff in rows:
            if next_kickoff is not None and next_kickoff <= now:
                move(row, weeks=weeks_past(now, [(next_kickoff, row.zone)]), now=now)
                moved += 1
    return _report([row for row, _, _ in rows], now, created=created, moved=moved)


def remove() -> int:
    """Delete the demo's leagues, their matches, and the teams that play nowhere else. Returns how many matches went."""
    leagues = League.objects.filter(code__in=[data.code(league) for league in data.LEAGUES])
    matches = Match.objects.filter(league__in=leagues)
    with transaction.atomic():
        teams = {pk for pair in matches.order_by().values_list("home_team", "away_team") for pk in pair}
        # Before their leagues: who listens to changes of matches is told only while the league is there.
        _, deleted = matches.delete()
        leagues.delete()
        Team.objects.filter(pk__in=teams, home_matches=None, away_matches=None).delete()
    return deleted.get(Match._meta.label, 0)


def _locked(leagues: Collection[KnownLeague], change: services.Change) -> list[tuple[League, bool, datetime | None]]:
    """The leagues, made if need be; whether each has matches; and its first kickoff still to come as the demo has it.

    Locked, so that of two loads at the same time only one fills or moves them; and read afterwards, since what a query
    that waits for a lock selects beside the row is out of date.
    """
    rows = League.objects.filter(code__in=[data.code(league) for league in leagues]).order_by("code")
    pks = rows.values_list("pk", flat=True)
    if len(pks) < len(leagues):
        League.objects.bulk_create([_row(league) for league in leagues], ignore_conflicts=True)
        pks = pks.all()
    locked = change.lock(pks)
    matches = Match.objects.filter(league=OuterRef("pk"))
    # What a person has set is as they want it, even if that is a match to be played in the past.
    to_come = matches.scheduled().filter(provenance__kickoff=SOURCE, provenance__status=SOURCE).order_by("kickoff")
    states = rows.values_list("pk", Exists(matches), Subquery(to_come.values("kickoff")[:1]))
    return [(locked[pk], filled, next_kickoff) for pk, filled, next_kickoff in states]


def _row(league: KnownLeague) -> League:
    return League(
        code=data.code(league),
        name=f"{league.name} (demo)",
        country=league.country,
        tier=league.tier,
        time_zone=league.time_zone,
        cache_ttl=SECONDS_TOP if league.code in TOP else SECONDS_OTHERS,
    )


def _fill(leagues: list[tuple[League, KnownLeague]], now: datetime) -> int:
    """Fill leagues, all of them moved by the same number of weeks."""
    zones = {known.code: row.zone for row, known in leagues}
    matches = [match for match in data.matches() if match.league in zones]
    kickoffs = [(noon(match.day, zones[match.league]), zones[match.league]) for match in matches if not match.played]
    weeks = weeks_past(now, kickoffs)
    return sum(
        fill(row, known, [match for match in matches if match.league == known.code], weeks=weeks)
        for row, known in leagues
    )


def _report(leagues: list[League], now: datetime, *, created: int, moved: int) -> DemoReport:
    matches: QuerySet[Match] = Match.objects.filter(league__in=leagues)
    held = matches.aggregate(
        leagues=Count("league", distinct=True),
        played=Count("pk", filter=Q(status__in=Match.WITH_SCORE)),
        to_be_played=Count("pk", filter=Q(status=Match.Status.SCHEDULED)),
        next_round=Min("day", filter=Q(status=Match.Status.SCHEDULED, kickoff__gt=now)),
    )
    shifted_weeks = {league.code: league.shifted_weeks for league in leagues}
    return DemoReport(**held, shifted_weeks=shifted_weeks, created=created, moved=moved)
